import { setImmediate as nextTurn } from 'node:timers/promises';
import { ServiceError } from '@millrace/messaging';
import type { TopicOffsets } from 'kafkajs';
import { protocolErrorOf, reasonOf } from './kafka-error.ts';
import { type KafkaLease, leaseLost } from './partition-lease.ts';

interface Waiting {
  readonly lease: KafkaLease;
  readonly offset: number;
  resolve(): void;
  reject(error: ServiceError): void;
}

export interface CommitQueueOptions {
  /** Writes offsets to Kafka, once, under the member's present generation, which it takes before it first awaits. */
  readonly store: (topics: TopicOffsets[]) => Promise<void>;
  /** How long a commit may take before its caller hears that it is not confirmed. @default 5_000 */
  readonly timeoutMs?: number;
}

/**
 * Gathers the commits of one turn of the event loop into one request, and has one request underway at a time, so that no
 * older offset can arrive after a newer one.
 *
 * `store` is called at the beginning of a turn, in the same tick as the check that the lease is still ours. That matters
 * during a rebalance: kafkajs takes the new generation a few microtasks before it says GROUP_JOIN, where leases end. A
 * commit made in one of those would pass under the new generation for a partition that is another member's already, and
 * overwrite what that one has committed.
 */
export class CommitQueue {
  readonly #store: CommitQueueOptions['store'];
  readonly #timeoutMs: number;
  #waiting: Waiting[] = [];
  #storing = false;

  constructor({ store, timeoutMs = 5_000 }: CommitQueueOptions) {
    this.#store = store;
    this.#timeoutMs = timeoutMs;
  }

  /** As {@link PartitionLease.commit}. */
  add(lease: KafkaLease, offset: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { lease, offset, resolve, reject };
    const late = setTimeout(() => this.#giveUp(waiting), this.#timeoutMs);
    this.#waiting.push(waiting);
    if (!this.#storing) void this.#storeAll();
    return promise.finally(() => clearTimeout(late));
  }

  #giveUp(waiting: Waiting): void {
    this.#waiting = this.#waiting.filter((other) => other !== waiting);
    waiting.reject(unconfirmed(`no answer in ${this.#timeoutMs} ms`));
  }

  /** Never rejects: what fails is told to those who wait. */
  async #storeAll(): Promise<void> {
    this.#storing = true;
    while (this.#waiting.length > 0) {
      await nextTurn();
      const batch = this.#waiting;
      this.#waiting = [];
      await this.#storeBatch(batch);
    }
    this.#storing = false;
  }

  async #storeBatch(batch: readonly Waiting[]): Promise<void> {
    for (const { lease, reject } of batch) if (lease.ended) reject(leaseLost(lease));
    const ours = batch.filter(({ lease }) => !lease.ended);
    if (ours.length === 0) return;
    try {
      await this.#store(offsetsByTopic(ours));
      for (const { resolve } of ours) resolve();
    } catch (error) {
      for (const { lease, reject } of ours)
        reject(lease.ended ? leaseLost(lease) : unconfirmed(reasonOf(error), error));
    }
  }
}

/** True when Kafka does not know the member that committed: all it held is another's. */
export function isUnknownMember(error: unknown): boolean {
  return protocolErrorOf(error) === 'UNKNOWN_MEMBER_ID';
}

/** Rebalances and connections pass: a generation that is out of date for Kafka is renewed within the next heartbeats. */
function unconfirmed(why: string, cause?: unknown): ServiceError {
  return new ServiceError('BROKER_UNAVAILABLE', `Kafka did not confirm the commit: ${why}`, { cause });
}

/** The newest offset per lease, as kafkajs takes them. */
function offsetsByTopic(batch: readonly Waiting[]): TopicOffsets[] {
  const newest = new Map<KafkaLease, number>();
  for (const { lease, offset } of batch) newest.set(lease, Math.max(offset, newest.get(lease) ?? 0));
  const topics = Map.groupBy(newest, ([{ topic }]) => topic);
  return Array.from(topics, ([topic, leases]) => ({
    topic,
    partitions: leases.map(([{ partition }, offset]) => ({ partition, offset: `${offset}` })),
  }));
}
