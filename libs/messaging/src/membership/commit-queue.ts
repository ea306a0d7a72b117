import { ServiceError } from '../errors/service-error.ts';
import type { Clock } from '../ports/clock.ts';
import { leaseLost } from '../ports/lease-lost.ts';
import type { Commit } from '../ports/record-source.ts';
import type { GroupClient, OffsetToStore } from './group-client.ts';
import type { GroupLease } from './group-lease.ts';
import { encodePlace } from './stored-place.ts';

export interface CommitQueueOptions {
  readonly clock: Clock;
  /** How long a commit may take before its caller hears that it is not confirmed. */
  readonly timeoutMs: number;
  /** As {@link GroupClient.store}. */
  readonly store: GroupClient['store'];
  /** The group does not know us any more. */
  readonly forgotten: () => void;
  /** Told of a partition whose metadata is longer than Kafka takes here: its offset is stored without. */
  readonly metadataTooLarge: (lease: GroupLease) => void;
}

interface Waiting {
  readonly lease: GroupLease;
  readonly commit: Commit;
  resolve(): void;
  reject(error: ServiceError): void;
}

/**
 * Gathers the commits of one turn into one request, and has one request underway at a time, so that no older commit can
 * arrive after a newer one. A commit is asked for once; its consumer repeats it, if the partition is still ours.
 */
export class CommitQueue {
  readonly #options: CommitQueueOptions;
  #waiting: Waiting[] = [];
  #storing = false;

  constructor(options: CommitQueueOptions) {
    this.#options = options;
  }

  /** As {@link PartitionLease.commit}. */
  add(lease: GroupLease, commit: Commit): Promise<void> {
    const { clock, timeoutMs } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const settle = (action: () => void) => {
      forget();
      action();
    };
    const waiting: Waiting = {
      lease,
      commit,
      resolve: () => settle(resolve),
      reject: (error) => settle(() => reject(error)),
    };
    const forget = clock.after(timeoutMs, () => {
      this.#waiting = this.#waiting.filter((other) => other !== waiting);
      reject(unconfirmed(`no answer in ${timeoutMs} ms`));
    });
    this.#waiting.push(waiting);
    if (!this.#storing) void this.#storeAll();
    return promise;
  }

  /** Never rejects: what fails is told to those who wait. */
  async #storeAll(): Promise<void> {
    this.#storing = true;
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#storeBatch(this.#waiting.splice(0));
    this.#storing = false;
  }

  async #storeBatch(batch: readonly Waiting[]): Promise<void> {
    const ours = batch.filter(mayBeSent);
    if (ours.length === 0) return;
    const answer = await this.#options.store(offsetsToStore(ours));
    if (answer === 'metadata-too-large' && ours.some(({ commit }) => commit.metadata)) return this.#storeApart(ours);
    if (answer === 'unknown-member') this.#options.forgotten();
    for (const { lease, resolve, reject } of ours)
      if (answer === 'stored') resolve();
      else if (lease.ended) reject(leaseLost(lease));
      else reject(unconfirmed(typeof answer === 'string' ? answer : answer.unconfirmed));
  }

  /** One by one, and one alone without its metadata, which costs repetitions after a crash; else it would never be stored. */
  async #storeApart(batch: readonly Waiting[]): Promise<void> {
    for (const waiting of batch.length > 1 ? batch : batch.map((only) => this.#withoutMetadata(only)))
      await this.#storeBatch([waiting]);
  }

  #withoutMetadata(waiting: Waiting): Waiting {
    this.#options.metadataTooLarge(waiting.lease);
    return { ...waiting, commit: { ...waiting.commit, metadata: '' } };
  }
}

/** Looked at when the request is sent, not when it was asked for: Kafka takes a commit for a partition that is another's. */
function mayBeSent({ lease, reject }: Waiting): boolean {
  if (!lease.ended) return true;
  reject(leaseLost(lease));
  return false;
}

/** The newest commit of each lease. */
function offsetsToStore(batch: readonly Waiting[]): OffsetToStore[] {
  const newest = new Map(batch.map(({ lease, commit }) => [lease, commit]));
  return Array.from(newest, ([{ topic, partition, epoch, partitionsThen }, { offset, metadata }]) => ({
    topic,
    partition,
    offset,
    metadata: encodePlace({ partitionsThen, metadata }),
    epoch,
  }));
}

/** Rebalances and connections pass: a generation that is out of date for Kafka is renewed within the next heartbeats. */
function unconfirmed(why: string): ServiceError {
  return new ServiceError('BROKER_UNAVAILABLE', `Kafka did not confirm the commit: ${why}`);
}
