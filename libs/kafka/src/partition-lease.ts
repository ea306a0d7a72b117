import { type Commit, type KafkaRecord, leaseLost, type PartitionLease } from '@millrace/messaging';
import type { PartitionOffsets } from './group-offsets.ts';

/** What a lease asks of the group member that holds it. */
export interface LeaseHolder {
  commit(lease: KafkaLease, commit: Commit): Promise<void>;
  /** The next fetch of the partition begins at `offset`. */
  seek(lease: KafkaLease, offset: number): void;
  pause(lease: KafkaLease): void;
  resume(lease: KafkaLease): void;
}

export interface LeaseOptions {
  /** Of the partition, when it was granted. */
  readonly offsets: Omit<PartitionOffsets, 'wasReset'>;
  readonly epoch: number;
  readonly holder: LeaseHolder;
}

/** What one response says of a partition: all there is from `fetchedFrom` to `lastOffset`. */
export interface FetchedRange {
  /** The offset that was asked for; undefined where kafkajs does not tell, which is when no record can be seen. */
  readonly fetchedFrom: number | undefined;
  /** The first offset in the response, which may lie past the one that was asked for. */
  readonly firstOffset: number;
  readonly lastOffset: number;
}

/** Whether a response continues what was delivered: `gap` lies past it, `known` before it. */
export type Continuation = 'next' | 'gap' | 'known';

/**
 * A partition of ours, with how far it has been delivered. Nothing is fetched before {@link readFrom}, while the consumer
 * has it paused, nor while it is {@link hold held}.
 */
export class KafkaLease implements PartitionLease {
  readonly topic: string;
  readonly partition: number;
  readonly epoch: number;
  readonly committed: Commit | undefined;
  readonly logStart: number;
  readonly logEnd: number;
  readonly logId: string;
  /** One past the last record in the partition, as far as known. */
  endOffset: number;
  readonly #holder: LeaseHolder;
  readonly #end = new AbortController();
  #next: number | undefined;
  #doubted: string | undefined;
  #paused = false;
  #held = false;

  constructor({ offsets: { topic, partition, committed, logStart, logEnd, logId }, epoch, holder }: LeaseOptions) {
    this.topic = topic;
    this.partition = partition;
    this.epoch = epoch;
    this.committed = committed;
    this.logStart = logStart;
    this.logEnd = logEnd;
    this.logId = logId;
    this.endOffset = logEnd;
    this.#holder = holder;
  }

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  get ended(): boolean {
    return this.#end.signal.aborted;
  }

  /** The first offset not delivered yet; undefined until it was told where to begin. */
  get next(): number | undefined {
    return this.#next;
  }

  readFrom(offset: number): void {
    this.#next = offset;
    this.#doubted = undefined;
    this.align();
    this.#flow();
  }

  async commit(commit: Commit): Promise<void> {
    if (this.ended) throw leaseLost(this);
    await this.#holder.commit(this, commit);
  }

  /** Nothing waits for it: kafkajs tells that a partition is lost when it is another member's already. */
  release(): void {}

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

  /** Has the next fetch begin where delivery goes on, wherever kafkajs thinks it is. */
  align(): void {
    if (!this.ended && this.#next !== undefined) this.#holder.seek(this, this.#next);
  }

  /**
   * Where it was not told from which offset was fetched, a response that begins past the next one is believed when it
   * comes twice: a left-over from before a join comes once, a hole in the log (compaction) each time.
   */
  continuation(next: number, { fetchedFrom, firstOffset, lastOffset }: FetchedRange): Continuation {
    if (lastOffset < next) return 'known';
    if ((fetchedFrom ?? firstOffset) <= next) return 'next';
    if (fetchedFrom !== undefined) return 'gap';
    const seen = `${next} ${firstOffset} ${lastOffset}`;
    if (this.#doubted === seen) return 'next';
    this.#doubted = seen;
    return 'gap';
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
    if (this.#next === undefined || this.#paused || this.#held) this.#holder.pause(this);
    else this.#holder.resume(this);
  }
}
