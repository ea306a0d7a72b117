import type { RateLimit } from '@millrace/http-client';
import {
  type BatchLimits,
  type BatchSubscription,
  type Consumer,
  type ConsumerOptions,
  createConsumer,
  on,
  onBatch,
  type PartitionLease,
  type RecordSource,
  type RecordSourceOptions,
  ServiceError,
  type Subscription,
} from '@millrace/messaging';
import { seededRandom } from '@millrace/messaging/testing';
import type { Logger } from '@millrace/telemetry';
import type { MemberProcess } from '../in-memory-broker/member-process.ts';
import type { Emit, Happening } from './emit.ts';
import { orderOf } from './order-of.ts';
import type { ConsumerPlan } from './scenario.ts';
import type { SimulatedApi } from './simulated-api.ts';
import { idOf } from './simulated-broker.ts';
import { subscribedContract } from './simulated-event.ts';
import type { SimulatedLetters } from './simulated-letters.ts';
import { SimulatedTarget } from './simulated-target.ts';
import { WatchedSource } from './watched-source.ts';

export interface MemberOptions {
  readonly process: MemberProcess;
  readonly plan: ConsumerPlan;
  /** Undefined where each event has a call of its own. */
  readonly batch: BatchLimits | undefined;
  readonly quota: RateLimit | undefined;
  readonly topics: readonly string[];
  readonly seed: number;
  readonly sourceOf: (process: MemberProcess) => (options: RecordSourceOptions) => RecordSource;
  readonly api: SimulatedApi;
  readonly letters: SimulatedLetters;
  /** The targets' answer to whether they take calls. */
  readonly closedForMs: () => number | undefined;
  readonly emit: Emit;
  /** Told of each lease before the consumer is. */
  readonly beginsAt: (lease: PartitionLease) => void;
  readonly log: Logger;
}

/** The group whose members are simulated. */
export const group = 'simulated';

/** One life of one process with the shipped consumer in it. */
export class Member {
  readonly process: MemberProcess;
  readonly #options: MemberOptions;
  readonly #consumer: Consumer;
  readonly #target: SimulatedTarget;
  #source: WatchedSource | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: MemberOptions) {
    const { process, seed, log, letters } = options;
    this.process = process;
    this.#options = options;
    const { closedForMs, plan, quota } = options;
    this.#target = new SimulatedTarget({ clock: process.clock, closedForMs, concurrency: plan.concurrency, quota });
    this.#consumer = createConsumer(this.#consumerOptions(), {
      source: (sourceOptions) => this.#watched(options.sourceOf(process)(sourceOptions)),
      producer: letters.producerOf(process),
      log,
      random: seededRandom(seed),
      clock: process.clock,
      ended: (record, outcome) => {
        this.#source?.ended(record);
        this.#tell({ kind: 'outcome', member: process.name, id: idOf(record), outcome });
      },
    });
  }

  /** Alive, and not on its way out. */
  get serving(): boolean {
    return this.process.alive && !this.#stopping;
  }

  start(): void {
    void this.#consumer.start();
  }

  /** Drains and leaves the group; resolves when that is done, which it never is where it crashes meanwhile. */
  stop(): Promise<void> {
    this.#stopping ??= this.#askToStop().then(() => this.#stopped());
    return this.#stopping;
  }

  crash(): void {
    if (!this.process.alive) return;
    this.#tell({ kind: 'crashed', member: this.process.name });
    this.process.crash();
  }

  /** One that stands still hears of it when it goes on. */
  #askToStop(): Promise<void> {
    return new Promise((resolve) => this.process.deliver(() => void this.#consumer.stop().then(resolve)));
  }

  #watched(source: RecordSource): RecordSource {
    this.#source = new WatchedSource(source, { ...this.#options, member: this.process });
    return this.#source;
  }

  #consumerOptions(): ConsumerOptions {
    const { plan, topics } = this.#options;
    const { concurrency, callTimeoutMs, drainTimeoutMs, overflow, held, maxElapsedMs } = plan;
    return {
      group,
      startAt: 'earliest',
      targets: [this.#target.target],
      subscriptions: topics.map((topic) => this.#subscription(topic)),
      order: orderOf(plan.order),
      concurrency,
      callTimeoutMs,
      drainTimeoutMs,
      overflow,
      held,
      retry: { initialDelayMs: 100, maxDelayMs: 2_000, maxElapsedMs },
    };
  }

  #subscription(topic: string): Subscription {
    const { api, plan, batch } = this.#options;
    if (batch) return this.#batchSubscription(topic, batch);
    const { process: caller } = this;
    return on(
      subscribedContract(topic),
      ({ id, data }, context) => this.#target.call(id, () => api.call({ caller, id, key: data.key || null, context })),
      { name: `api-${topic}`, ...(plan.maxAgeMs !== undefined && { maxAgeMs: plan.maxAgeMs }) },
    );
  }

  #batchSubscription(topic: string, batch: BatchLimits): BatchSubscription {
    const { api, plan } = this.#options;
    const { process: caller } = this;
    const maxAge = plan.maxAgeMs !== undefined && { maxAgeMs: plan.maxAgeMs };
    return onBatch(
      subscribedContract(topic),
      async (items, { signal, about }) => {
        const requests = items.map(({ event: { id, data }, idempotencyKey, attempt }) => {
          return { caller, id, key: data.key || null, context: { signal, idempotencyKey, attempt } };
        });
        let results: readonly (ServiceError | undefined)[] = [];
        await this.#target.call(about, async () => {
          results = (await api.callAll(requests)).map(failureOf);
          const [first] = results;
          if (first && results.every(Boolean)) throw first;
        });
        return results;
      },
      { name: `api-${topic}`, ...batch, ...maxAge },
    );
  }

  #stopped(): void {
    this.#tell({ kind: 'stopped', member: this.process.name });
    // A process ends when it has stopped.
    this.process.crash();
  }

  /** What happens in a process that has crashed does not happen. */
  #tell(happening: Happening): void {
    if (this.process.alive) this.#options.emit(happening);
  }
}

function failureOf(result: PromiseSettledResult<void>): ServiceError | undefined {
  return result.status === 'rejected' ? ServiceError.from(result.reason) : undefined;
}
