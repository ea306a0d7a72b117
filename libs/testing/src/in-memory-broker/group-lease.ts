import { type Commit, leaseLost, type PartitionLease } from '@millrace/messaging';
import type { FetchedBatch } from './client-fetcher.ts';

/** What a lease asks of the member that holds it. */
export interface LeaseHolder {
  /** By the clock: a process that stood still is told of the end later than it came. */
  expired(): boolean;
  readFrom(lease: GroupLease, offset: number): void;
  commit(lease: GroupLease, commit: Commit): Promise<void>;
  release(lease: GroupLease): void;
  pause(lease: GroupLease): void;
  resume(lease: GroupLease): void;
}

export interface LeaseOptions extends Pick<
  PartitionLease,
  'topic' | 'partition' | 'epoch' | 'committed' | 'logStart' | 'logEnd'
> {
  readonly holder: LeaseHolder;
}

const expired = AbortSignal.abort();

/** A partition of ours, with how far it has been delivered. */
export class GroupLease implements PartitionLease {
  readonly topic: string;
  readonly partition: number;
  readonly epoch: number;
  readonly committed: Commit | undefined;
  readonly logStart: number;
  readonly logEnd: number;
  readonly logId: string;
  /** One past the last record, as far as known. */
  endOffset: number;
  /** The next offset to deliver; undefined until the consumer has said where to begin. */
  next: number | undefined;
  /** The last fetch that was sent before the consumer said so. */
  lastRequestBefore = 0;
  paused = false;
  /** It is to be another member's, and is held only until its work is done. */
  draining = false;
  released = false;
  readonly #holder: LeaseHolder;
  readonly #end = new AbortController();

  constructor({ topic, partition, epoch, committed, logStart, logEnd, holder }: LeaseOptions) {
    this.topic = topic;
    this.partition = partition;
    this.epoch = epoch;
    this.committed = committed;
    this.logStart = logStart;
    this.logEnd = logEnd;
    this.logId = `${topic} ${partition}`;
    this.endOffset = logEnd;
    this.#holder = holder;
  }

  get signal(): AbortSignal {
    return this.#holder.expired() ? expired : this.#end.signal;
  }

  get ended(): boolean {
    return this.signal.aborted;
  }

  /** Whether a batch goes on where the lease has got to, and was asked for by this lease and no earlier one. */
  goesOnWith({ fetchedFrom, request }: FetchedBatch): boolean {
    return fetchedFrom === this.next && request > this.lastRequestBefore;
  }

  readFrom(offset: number): void {
    if (!this.ended) this.#holder.readFrom(this, offset);
  }

  async commit(commit: Commit): Promise<void> {
    await this.#holder.commit(this, commit);
  }

  release(): void {
    this.released = true;
    this.#holder.release(this);
  }

  pause(): void {
    this.paused = true;
    if (!this.ended) this.#holder.pause(this);
  }

  resume(): void {
    this.paused = false;
    if (!this.ended) this.#holder.resume(this);
  }

  end(): void {
    this.#end.abort(leaseLost(this));
  }
}
