import { type KafkaRecord, type PartitionLease, ServiceError } from '@millrace/messaging';

/** What a lease asks of the group member that holds it. */
export interface LeaseHolder {
  commit(lease: KafkaLease, offset: number): Promise<void>;
  pause(lease: KafkaLease): void;
  resume(lease: KafkaLease): void;
}

export interface LeaseOptions {
  readonly topic: string;
  readonly partition: number;
  readonly epoch: number;
  /** The first offset to deliver. */
  readonly start: number;
  readonly endOffset: number;
  /** Whether the group has a committed offset, so that it would begin there again. */
  readonly stored: boolean;
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

/** A partition of ours, with how far it has been delivered. */
export class KafkaLease implements PartitionLease {
  readonly topic: string;
  readonly partition: number;
  readonly epoch: number;
  /** One past the last record in the partition, as far as known. */
  endOffset: number;
  readonly start: number;
  /** False while the group has no commit here and needs {@link start} as one. Any other commit does as well. */
  stored: boolean;
  readonly #holder: LeaseHolder;
  readonly #end = new AbortController();
  #next: number;
  #doubted: string | undefined;

  constructor({ topic, partition, epoch, start, endOffset, stored, holder }: LeaseOptions) {
    this.topic = topic;
    this.partition = partition;
    this.epoch = epoch;
    this.endOffset = endOffset;
    this.start = start;
    this.stored = stored;
    this.#next = start;
    this.#holder = holder;
  }

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  get ended(): boolean {
    return this.#end.signal.aborted;
  }

  /** The first offset not delivered yet. */
  get next(): number {
    return this.#next;
  }

  async commit(offset: number): Promise<void> {
    if (this.ended) throw leaseLost(this);
    this.stored = true;
    await this.#holder.commit(this, offset);
  }

  pause(): void {
    if (!this.ended) this.#holder.pause(this);
  }

  resume(): void {
    if (!this.ended) this.#holder.resume(this);
  }

  /**
   * Where it was not told from which offset was fetched, a response that begins past the next one is believed when it
   * comes twice: a left-over from before a join comes once, a hole in the log (compaction) each time.
   */
  continuation({ fetchedFrom, firstOffset, lastOffset }: FetchedRange): Continuation {
    if (lastOffset < this.#next) return 'known';
    if ((fetchedFrom ?? firstOffset) <= this.#next) return 'next';
    if (fetchedFrom !== undefined) return 'gap';
    const seen = `${this.#next} ${firstOffset} ${lastOffset}`;
    if (this.#doubted === seen) return 'next';
    this.#doubted = seen;
    return 'gap';
  }

  /** Notes that everything up to and including `lastOffset` is delivered; returns those of `records` that are new. */
  advance(lastOffset: number, records: readonly KafkaRecord[]): readonly KafkaRecord[] {
    const from = this.#next;
    this.#next = lastOffset + 1;
    const [first] = records;
    return first && first.offset < from ? records.filter(({ offset }) => offset >= from) : records;
  }

  end(): void {
    this.#end.abort(leaseLost(this));
  }
}

export function leaseLost({ topic, partition }: PartitionLease): ServiceError {
  return new ServiceError('LEASE_LOST', `partition ${partition} of ${topic} is no longer ours`);
}
