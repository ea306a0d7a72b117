import { type Clock, type Commit, leaseLost, ServiceError } from '@millrace/messaging';
import type { KafkaError } from './answer.ts';
import type { OffsetToStore } from './group-coordinator.ts';
import type { GroupLease } from './group-lease.ts';
import { maxMetadataLength } from './group-offsets.ts';

export interface CommitQueueOptions {
  readonly clock: Clock;
  /** How long a commit may take before its caller hears that it is not confirmed. */
  readonly timeoutMs: number;
  readonly store: (offsets: readonly OffsetToStore[], attempts: number) => Promise<KafkaError | undefined>;
  /** The group does not know us any more. */
  readonly forgotten: () => void;
}

interface Waiting {
  readonly lease: GroupLease;
  readonly commit: Commit;
  readonly resolve: () => void;
  readonly reject: (error: ServiceError) => void;
}

/** Has one request underway at a time, so that no older commit arrives after a newer one; what comes meanwhile goes together. */
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
    const waiting: Waiting = {
      lease,
      commit,
      resolve: () => settle(resolve),
      reject: (error) => settle(() => reject(error)),
    };
    const forget = clock.after(timeoutMs, () => {
      this.#waiting = this.#waiting.filter((other) => other !== waiting);
      reject(unconfirmed('REQUEST_TIMED_OUT'));
    });
    const settle = (action: () => void) => {
      forget();
      action();
    };
    this.#waiting.push(waiting);
    if (!this.#storing) void this.#storeAll();
    return promise;
  }

  async #storeAll(): Promise<void> {
    this.#storing = true;
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#store(this.#waiting.splice(0).filter(mayBeSent));
    this.#storing = false;
  }

  async #store(batch: readonly Waiting[]): Promise<void> {
    if (batch.length === 0) return;
    const offsets = batch.map(({ lease, commit }) => offsetToStore(lease, commit));
    const attempts = 1; // a commit is never repeated under a newer generation: the consumer repeats it, if it is still ours
    const error = await this.#options.store(offsets, attempts);
    if (error === 'UNKNOWN_MEMBER_ID') this.#options.forgotten();
    for (const { lease, resolve, reject } of batch)
      if (!error) resolve();
      else reject(lease.ended ? leaseLost(lease) : unconfirmed(error));
  }
}

/** Looked at when the request is sent, not when it was asked for: Kafka takes a commit for a partition that is another's. */
function mayBeSent({ lease, commit, reject }: Waiting): boolean {
  let refused: ServiceError | undefined;
  if (lease.ended) refused = leaseLost(lease); // no commit for a partition that is not ours any more
  if (commit.metadata.length > maxMetadataLength) refused = tooLarge(commit); // it would fail all others of its request
  if (refused) reject(refused);
  return !refused;
}

function offsetToStore({ topic, partition, epoch }: GroupLease, { offset, metadata }: Commit): OffsetToStore {
  return { topic, partition, offset, metadata, epoch };
}

function unconfirmed(error: KafkaError): ServiceError {
  return new ServiceError('BROKER_UNAVAILABLE', `the commit was not confirmed: ${error}`);
}

function tooLarge({ metadata }: Commit): ServiceError {
  return new ServiceError(
    'BROKER_UNAVAILABLE',
    `Kafka takes ${maxMetadataLength} characters of metadata, not ${metadata.length}`,
  );
}
