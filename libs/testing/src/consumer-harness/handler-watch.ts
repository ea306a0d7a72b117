import { AsyncLocalStorage } from 'node:async_hooks';
import type { BatchSubscription, EventSubscription, Subscription } from '@millrace/messaging';
import { type Hearing, positionOf } from './hearing.ts';

/** One run of a handler. */
export interface RunningAttempt {
  /** Of the event that is handled, or of those of a batch. */
  readonly hearings: readonly Hearing[];
  readonly attempt: number;
  /** Its calls that wait for virtual time to pass. */
  waitingCalls: number;
}

/** Knows which handlers run, which call is whose, and whether virtual time may pass. */
export class HandlerWatch {
  readonly #hearings: ReadonlyMap<string, Hearing>;
  readonly #running = new Set<RunningAttempt>();
  readonly #scope = new AsyncLocalStorage<RunningAttempt>();
  #changed = Promise.withResolvers<void>();

  constructor(hearings: ReadonlyMap<string, Hearing>) {
    this.#hearings = hearings;
  }

  /** The attempt whose handler makes the present call. */
  get current(): RunningAttempt | undefined {
    return this.#scope.getStore();
  }

  /** Resolves when there is reason to look again; undefined when all handlers wait for APIs alone. */
  get ownWork(): Promise<void> | undefined {
    const working = [...this.#running].some(({ waitingCalls }) => waitingCalls === 0);
    return working ? this.#changed.promise : undefined;
  }

  /** The subscription, with every run of its handler seen. */
  watch(subscription: Subscription): Subscription {
    return subscription.batch ? this.#watchBatches(subscription) : this.#watchEvents(subscription);
  }

  #watchEvents(subscription: EventSubscription): EventSubscription {
    const handler: EventSubscription['handler'] = (event, context) => {
      const hearings = [this.#hearingOf(subscription, context)];
      const run = { hearings, attempt: context.attempt, waitingCalls: 0 };
      return this.#run(run, () => subscription.handler(event, context));
    };
    return { ...subscription, handler };
  }

  #watchBatches(subscription: BatchSubscription): BatchSubscription {
    const handler: BatchSubscription['handler'] = async (items, context) => {
      const hearings = items.map((item) => this.#hearingOf(subscription, item));
      const run = { hearings, attempt: context.attempt, waitingCalls: 0 };
      const results = await this.#run(run, () => subscription.handler(items, context));
      for (const [at, failure] of (results ?? []).entries()) if (failure) hearings[at]?.failures.push(failure);
      return results;
    };
    return { ...subscription, handler };
  }

  #hearingOf(
    { contract: { topic, type } }: Subscription,
    { order }: { readonly order: { sequence: number } },
  ): Hearing {
    const hearing = this.#hearings.get(positionOf({ topic, offset: order.sequence }));
    if (!hearing) throw new Error(`${type} was not heard through this test consumer`);
    return hearing;
  }

  /** Waits for `waiting`, which takes virtual time, as a part of the attempt. */
  async whileWaiting<T>(attempt: RunningAttempt | undefined, waiting: Promise<T>): Promise<T> {
    if (!attempt) return waiting;
    attempt.waitingCalls++;
    this.#change();
    try {
      return await waiting;
    } finally {
      attempt.waitingCalls--;
    }
  }

  async #run<Result>(running: RunningAttempt, handler: () => Promise<Result>): Promise<Result> {
    this.#running.add(running);
    try {
      return await this.#scope.run(running, handler);
    } catch (error) {
      for (const { failures } of running.hearings) failures.push(error);
      throw error;
    } finally {
      this.#running.delete(running);
      this.#change();
    }
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
