import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Commit, leaseLost, ServiceError } from '@millrace/messaging';
import { protocolErrorOf, reasonOf } from './kafka-error.ts';
import type { TopicCommits } from './offset-store.ts';
import type { KafkaLease } from './partition-lease.ts';

interface Waiting {
  readonly lease: KafkaLease;
  readonly commit: Commit;
  resolve(): void;
  reject(error: ServiceError): void;
}

export interface CommitQueueOptions {
  /** Writes commits to Kafka, once, under the member's present generation, which it takes before it first awaits. */
  readonly store: (topics: TopicCommits[]) => Promise<void>;
  /** Told of a partition whose metadata is longer than Kafka takes here: its offset is stored without. */
  readonly metadataTooLarge: (lease: KafkaLease) => void;
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
  readonly #metadataTooLarge: CommitQueueOptions['metadataTooLarge'];
  readonly #timeoutMs: number;
  #waiting: Waiting[] = [];
  #storing = false;

  constructor({ store, metadataTooLarge, timeoutMs = 5_000 }: CommitQueueOptions) {
    this.#store = store;
    this.#metadataTooLarge = metadataTooLarge;
    this.#timeoutMs = timeoutMs;
  }

  /** As {@link PartitionLease.commit}. */
  add(lease: KafkaLease, commit: Commit): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { lease, commit, resolve, reject };
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
      await this.#store(commitsByTopic(ours));
      for (const { resolve } of ours) resolve();
    } catch (error) {
      if (isMetadataTooLarge(error) && ours.some(({ commit }) => commit.metadata)) return this.#storeApart(ours);
      for (const { lease, reject } of ours)
        reject(lease.ended ? leaseLost(lease) : unconfirmed(reasonOf(error), error));
    }
  }

  /** One by one, and one alone without its metadata, which costs repetitions after a crash; else it would never be stored. */
  async #storeApart(batch: readonly Waiting[]): Promise<void> {
    for (const waiting of batch.length > 1 ? batch : batch.map((only) => this.#withoutMetadata(only))) {
      await nextTurn();
      await this.#storeBatch([waiting]);
    }
  }

  #withoutMetadata(waiting: Waiting): Waiting {
    this.#metadataTooLarge(waiting.lease);
    return { ...waiting, commit: { ...waiting.commit, metadata: '' } };
  }
}

/** Kafka has stored the others of the same request, but kafkajs does not tell which they are. */
function isMetadataTooLarge(error: unknown): boolean {
  return protocolErrorOf(error) === 'OFFSET_METADATA_TOO_LARGE';
}

/** True when Kafka does not know the member that committed: all it held is another's. */
export function isUnknownMember(error: unknown): boolean {
  return protocolErrorOf(error) === 'UNKNOWN_MEMBER_ID';
}

/** Rebalances and connections pass: a generation that is out of date for Kafka is renewed within the next heartbeats. */
function unconfirmed(why: string, cause?: unknown): ServiceError {
  return new ServiceError('BROKER_UNAVAILABLE', `Kafka did not confirm the commit: ${why}`, { cause });
}

/** The newest commit per lease, as kafkajs takes them. */
function commitsByTopic(batch: readonly Waiting[]): TopicCommits[] {
  const newest = new Map(batch.map(({ lease, commit }) => [lease, commit]));
  const topics = Map.groupBy(newest, ([{ topic }]) => topic);
  return Array.from(topics, ([topic, leases]) => ({
    topic,
    partitions: leases.map(([{ partition }, { offset, metadata }]) => ({ partition, offset: `${offset}`, metadata })),
  }));
}
