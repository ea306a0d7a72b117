import { leaseLost } from '../ports/lease-lost.ts';
import type { KafkaRecord } from '../ports/record.ts';
import type { Commit, PartitionLease } from '../ports/record-source.ts';
import type { Fetched } from './group-client.ts';

/** What a lease asks of the table that it stands in. */
export interface LeaseHolder {
  /** By the clock: a process that stood still is told of the end later than it came. */
  expired(): boolean;
  commit(lease: GroupLease, commit: Commit): Promise<void>;
  release(lease: GroupLease): void;
  /** The next fetch of the partition begins at `offset`. */
  seek(lease: GroupLease, offset: number): void;
  pause(lease: GroupLease): void;
  resume(lease: GroupLease): void;
  /** The number of the last fetch that was sent, where they are counted. */
  lastRequest(): number;
}

export interface GroupLeaseOptions extends Pick<
  PartitionLease,
  'topic' | 'partition' | 'epoch' | 'committed' | 'logStart' | 'logEnd' | 'logId'
> {
  /** How many partitions the topic had when the group began with this one. */
  readonly partitionsThen: number;
  readonly holder: LeaseHolder;
}

const expired = AbortSignal.abort();

/**
 * A partition of ours, with how far it has been delivered. Nothing is fetched before {@link readFrom}, while the consumer has
 * it paused, nor while it is {@link hold held}.
 */
export class GroupLease implements PartitionLease {
  readonly topic: string;
  readonly partition: number;
  readonly epoch: number;
  readonly committed: Commit | undefined;
  readonly logStart: number;
  readonly logEnd: number;
  readonly logId: string;
  readonly partitionsThen: number;
  /** One past the last record in the partition, as far as known. */
  endOffset: number;
  /** It is to be another member's, and is held only until its work is done. */
  draining = false;
  released = false;
  readonly #holder: LeaseHolder;
  readonly #end = new AbortController();
  #next: number | undefined;
  /** The last fetch that was sent before the consumer said where to begin. */
  #requestBefore = 0;
  #doubted: string | undefined;
  #paused = false;
  #held = false;

  constructor(options: GroupLeaseOptions) {
    const { topic, partition, epoch, committed, logStart, logEnd, logId, partitionsThen, holder } = options;
    this.topic = topic;
    this.partition = partition;
    this.epoch = epoch;
    this.committed = committed;
    this.logStart = logStart;
    this.logEnd = logEnd;
    this.logId = logId;
    this.partitionsThen = partitionsThen;
    this.endOffset = logEnd;
    this.#holder = holder;
  }

  get signal(): AbortSignal {
    return this.#holder.expired() ? expired : this.#end.signal;
  }

  get ended(): boolean {
    return this.signal.aborted;
  }

  /** The first offset not delivered yet; undefined until it was told where to begin. */
  get next(): number | undefined {
    return this.#next;
  }

  /** Whether records are asked for. */
  get flowing(): boolean {
    return this.#next !== undefined && !this.#paused && !this.#held && !this.draining && !this.ended;
  }

  readFrom(offset: number): void {
    if (this.ended) return;
    this.#next = offset;
    this.#doubted = undefined;
    this.#requestBefore = this.#holder.lastRequest();
    this.align();
    this.#flow();
  }

  commit(commit: Commit): Promise<void> {
    return this.#holder.commit(this, commit);
  }

  release(): void {
    this.released = true;
    this.#holder.release(this);
  }

  pause(): void {
    this.#paused = true;
    this.#flow();
  }

  resume(): void {
    this.#paused = false;
    this.#flow();
  }

  /** Stops fetching, whatever the consumer wishes, until {@link letGo}. */
  hold(): void {
    this.#held = true;
    this.#flow();
  }

  letGo(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#flow();
  }

  /** Has the next fetch begin where delivery goes on, wherever the client thinks it is. */
  align(): void {
    if (!this.ended && this.#next !== undefined) this.#holder.seek(this, this.#next);
  }

  /**
   * Whether a response goes on where the lease has got to, and was asked for by this lease and no earlier one. Where it was
   * not told from which offset was fetched, one that begins past the next offset is believed when it comes twice: a left-over
   * from before a join comes once, a hole in the log (compaction) each time.
   */
  goesOnWith({ fetchedFrom, firstOffset, lastOffset, request = Infinity }: Fetched): boolean {
    const next = this.#next ?? Infinity;
    if (request <= this.#requestBefore) return false; // asked for by an earlier lease
    if (lastOffset < next) return false; // known
    if ((fetchedFrom ?? firstOffset) <= next) return true;
    if (fetchedFrom !== undefined) return false; // a gap
    const seen = `${next} ${firstOffset} ${lastOffset}`;
    if (this.#doubted === seen) return true;
    this.#doubted = seen;
    return false;
  }

  /** Notes that everything up to and including `lastOffset` is delivered; returns those of `records` that are new. */
  advance(lastOffset: number, records: readonly KafkaRecord[]): readonly KafkaRecord[] {
    const from = this.#next ?? 0;
    this.#next = lastOffset + 1;
    const [first] = records;
    return first && first.offset < from ? records.filter(({ offset }) => offset >= from) : records;
  }

  end(): void {
    this.#end.abort(leaseLost(this));
  }

  #flow(): void {
    if (this.ended) return;
    if (this.flowing) this.#holder.resume(this);
    else this.#holder.pause(this);
  }
}
