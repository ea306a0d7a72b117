import { AsyncLocalStorage } from 'node:async_hooks';
import type { Subscription } from '@millrace/messaging';
import { type Hearing, positionOf } from './hearing.ts';

/** One run of a handler. */
export interface RunningAttempt {
  readonly hearing: Hearing;
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
    const { topic } = subscription.contract;
    return {
      ...subscription,
      handler: async (event, context) => {
        const hearing = this.#hearings.get(positionOf({ topic, offset: context.order.sequence }));
        if (!hearing) throw new Error(`${event.type} was not heard through this test consumer`);
        const running = { hearing, attempt: context.attempt, waitingCalls: 0 };
        await this.#run(running, () => subscription.handler(event, context));
      },
    };
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

  async #run(running: RunningAttempt, handler: () => Promise<void>): Promise<void> {
    this.#running.add(running);
    try {
      await this.#scope.run(running, handler);
    } catch (error) {
      running.hearing.failures.push(error);
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
