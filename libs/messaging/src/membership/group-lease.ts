import { leaseLost } from '../ports/lease-lost.ts';
import type { KafkaRecord } from '../ports/record.ts';
import type { Commit, PartitionLease } from '../ports/record-source.ts';
import type { Fetched } from './group-client.ts';
import { Undelivered } from './undelivered.ts';

/** What a lease asks of the table that it stands in. */
export interface LeaseHolder {
  /** By the clock: a process that stood still is told of the end later than it came. */
  expired(): boolean;
  commit(lease: GroupLease, commit: Commit): Promise<void>;
  release(lease: GroupLease): void;
  deliver(lease: GroupLease, records: readonly KafkaRecord[], coveredTo: number): void;
  /** The consumer, or the client that reads them, failed with records that count as delivered by now. */
  notTaken(lease: GroupLease, error: unknown): void;
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

/** At a time; so many may come beyond a limit that is looked at with each record. */
export const mostPerDelivery = 32;

/**
 * A partition of ours, with how far it has been delivered. Nothing is fetched before {@link readFrom}, while the consumer has
 * it paused, nor while it is {@link hold held}. It is paused in the midst of what a fetch has brought, too: the rest waits here,
 * and comes first when it goes on.
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
  readonly #undelivered = new Undelivered();
  #delivering = false;
  #next: number | undefined;
  /** The last fetch that was sent before the consumer said where to begin. */
  #requestBefore = 0;
  #doubted: string | undefined;
  #paused = false;
  #held = false;
  /** Whether the client was told to fetch; undefined until it was told anything. */
  #fetching: boolean | undefined;

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
    return this.#isWanted && this.#undelivered.isEmpty;
  }

  get #isWanted(): boolean {
    return this.#next !== undefined && !this.#paused && !this.#held && !this.draining && !this.ended;
  }

  /** The first offset that was not fetched yet. */
  get #position(): number | undefined {
    return this.#undelivered.end ?? this.#next;
  }

  readFrom(offset: number): void {
    if (this.ended) return;
    this.#undelivered.clear();
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

  /** Delivers what waits here within the call. */
  resume(): void {
    this.#paused = false;
    this.#goOn();
  }

  /** Stops fetching, whatever the consumer wishes, until {@link letGo}. */
  hold(): void {
    this.#held = true;
    this.#flow();
  }

  letGo(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#goOn();
  }

  /** Has the next fetch go on where the last one ended, wherever the client thinks it is. */
  align(): void {
    if (!this.ended && this.#position !== undefined) this.#holder.seek(this, this.#position);
  }

  /** What was fetched and is not delivered is fetched again, once it is aligned. */
  forgetUndelivered(): void {
    this.#undelivered.clear();
  }

  /**
   * Whether a response goes on where the lease has got to, and was asked for by this lease and no earlier one. Where it was
   * not told from which offset was fetched, one that begins past the next offset is believed when it comes twice: a left-over
   * from before a join comes once, a hole in the log (compaction) each time.
   */
  goesOnWith({ fetchedFrom, firstOffset, lastOffset, request = Infinity }: Fetched): boolean {
    const next = this.#position ?? Infinity;
    if (request <= this.#requestBefore) return false; // asked for by an earlier lease
    if (lastOffset < next) return false; // known
    if ((fetchedFrom ?? firstOffset) <= next) return true;
    if (fetchedFrom !== undefined) return false; // a gap
    const seen = `${next} ${firstOffset} ${lastOffset}`;
    if (this.#doubted === seen) return true;
    this.#doubted = seen;
    return false;
  }

  /** Delivers what was fetched, until the consumer has it paused. Throws what the consumer throws. */
  take(fetched: Fetched): void {
    this.#undelivered.add(fetched);
    this.#deliver();
    this.#flow();
  }

  /** Goes on at `offset`: what lies before it will not come. */
  skipTo(offset: number): void {
    this.#next = offset;
    this.#holder.deliver(this, [], offset);
  }

  end(): void {
    this.#end.abort(leaseLost(this));
  }

  #goOn(): void {
    try {
      this.#deliver();
    } catch (error) {
      this.#holder.notTaken(this, error);
    }
    this.#flow();
  }

  #deliver(): void {
    if (this.#delivering) return; // the consumer may pause and resume while it is delivered to
    this.#delivering = true;
    try {
      while (this.#isWanted && !this.#undelivered.isEmpty) this.#deliverPiece(this.#next ?? 0);
    } finally {
      this.#delivering = false;
    }
  }

  #deliverPiece(from: number): void {
    const { records, coveredTo } = this.#undelivered.take(from, mostPerDelivery);
    this.#next = coveredTo;
    this.#holder.deliver(this, records, coveredTo);
  }

  #flow(): void {
    const { flowing } = this;
    if (this.ended || flowing === this.#fetching) return;
    this.#fetching = flowing;
    if (flowing) this.#holder.resume(this);
    else this.#holder.pause(this);
  }
}
