import type { KafkaRecord } from '@millrace/messaging';
import type { TopicPartition } from '@millrace/messaging/membership';

/** What one read of a log says: all there is from where it began up to `coveredTo`. */
export interface LogRead {
  readonly records: readonly KafkaRecord[];
  readonly coveredTo: number;
}

/** The log of one partition. Offsets only grow; some hold no record (control records, aborted ones, compaction). */
export class PartitionLog implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  /** Whoever waits for something to read here; told of each change. */
  readonly waiting = new Set<() => void>();
  #records: KafkaRecord[] = [];
  #start: number;
  #end: number;
  /** A new leader shows less than there is, until it has caught up. */
  #shown = Infinity;
  #deleted = false;

  constructor({ topic, partition }: TopicPartition, firstOffset: number) {
    this.topic = topic;
    this.partition = partition;
    this.#start = firstOffset;
    this.#end = firstOffset;
  }

  get records(): readonly KafkaRecord[] {
    return this.#records;
  }

  /** The oldest offset that is there. */
  get start(): number {
    return this.#start;
  }

  /** One past the last offset. */
  get end(): number {
    return this.#end;
  }

  /** The end as readers see it. */
  get shownEnd(): number {
    return Math.min(this.#end, this.#shown);
  }

  /** True of a log whose topic was deleted, and of which nothing can be read any more. */
  get deleted(): boolean {
    return this.#deleted;
  }

  append(record: Omit<KafkaRecord, 'topic' | 'partition' | 'offset'>): KafkaRecord {
    const appended = { ...record, topic: this.topic, partition: this.partition, offset: this.#end++ };
    this.#records.push(appended);
    this.#changed();
    return appended;
  }

  /** Adds offsets without a record, as transactions leave them. */
  skip(count: number): void {
    this.#end += count;
    this.#changed();
  }

  /** Takes the records away that `superseded` says; their offsets stay empty. */
  compact(superseded: (record: KafkaRecord) => boolean): readonly KafkaRecord[] {
    const removed = this.#records.filter(superseded);
    if (removed.length > 0) this.#records = this.#records.filter((record) => !superseded(record));
    return removed;
  }

  /** Retention: nothing below `offset` can be read any more. */
  deleteBelow(offset: number): readonly KafkaRecord[] {
    this.#start = Math.max(this.#start, Math.min(offset, this.#end));
    return this.#records.splice(0, this.#indexOf(this.#start));
  }

  /** Readers see nothing from `offset` on, until it is shown again. */
  hideFrom(offset: number): void {
    this.#shown = offset;
  }

  delete(): void {
    this.#deleted = true;
    this.#changed();
  }

  /** At most `limit` records from `offset` on; undefined where that is out of range. */
  read(offset: number, limit: number): LogRead | undefined {
    if (offset < this.#start || offset > this.#end) return undefined;
    const end = this.shownEnd;
    if (offset >= end) return { records: [], coveredTo: offset };
    const from = this.#indexOf(offset);
    const to = Math.min(from + limit, this.#shown < this.#end ? this.#indexOf(end) : this.#records.length);
    const next = this.#records[to];
    const coveredTo = next && next.offset < end ? (this.#records[to - 1]?.offset ?? offset - 1) + 1 : end;
    return { records: this.#records.slice(from, to), coveredTo };
  }

  /** Place of the first record that is not below `offset`. */
  #indexOf(offset: number): number {
    let low = 0;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#records[middle]?.offset ?? Infinity) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #changed(): void {
    for (const tell of this.waiting) tell();
  }
}
