import type { KafkaRecord } from '../ports/record.ts';
import type { Commit, PartitionLease, PartitionProgress, RecordSink, RecordSource } from '../ports/record-source.ts';
import { ServiceError } from '../errors/service-error.ts';

/** A record to append; by default it gets the next offset, and no timestamp. */
export type NewRecord = Pick<KafkaRecord, 'key' | 'value' | 'headers'> &
  Partial<Pick<KafkaRecord, 'offset' | 'timestampMs'>>;

/**
 * A record source without Kafka, for one topic. It keeps what the port promises: records in order and from the committed
 * offset, none while paused, and a lease that has ended commits nothing. Its owner grants and revokes.
 */
export class InMemorySource implements RecordSource {
  readonly topic: string;
  /** Every commit that was accepted and moved the offset, oldest first. */
  readonly commits: { readonly partition: number; readonly offset: number }[] = [];
  /** Awaited by every commit before it is decided; throw here to fail it. */
  beforeCommit: () => Promise<void> = () => Promise.resolve();
  stopped = false;
  retentionMs: number | undefined;
  readonly #partitions = new Map<number, InMemoryPartition>();
  #sink: RecordSink | undefined;

  constructor(topic: string) {
    this.topic = topic;
  }

  start(sink: RecordSink): Promise<void> {
    this.#sink = sink;
    return Promise.resolve();
  }

  notReady(): string | undefined {
    return this.#sink ? undefined : 'the group is not joined';
  }

  progress(): readonly PartitionProgress[] {
    const owned = [...this.#partitions.values()].filter(({ lease, withheld }) => lease ?? withheld);
    const { topic, retentionMs } = this;
    return owned.map(({ partition, endOffset, withheld, committed }) => {
      return { topic, partition, endOffset, retentionMs, withheld, committed: committed?.offset };
    });
  }

  stop(): Promise<void> {
    for (const { lease } of this.#partitions.values()) lease?.end();
    this.stopped = true;
    return Promise.resolve();
  }

  partition(partition: number): InMemoryPartition {
    const known = this.#partitions.get(partition);
    if (known) return known;
    const created = new InMemoryPartition(this, partition);
    this.#partitions.set(partition, created);
    return created;
  }

  grant(partition = 0): InMemoryLease {
    if (!this.#sink) throw new Error('grant before start');
    return this.partition(partition).grant(this.#sink);
  }

  revoke(partition = 0): void {
    this.partition(partition).revoke();
  }

  append(partition: number, ...records: NewRecord[]): void {
    this.partition(partition).append(records);
  }
}

/** A partition's log, and who may read it. */
export class InMemoryPartition {
  readonly source: InMemorySource;
  readonly partition: number;
  endOffset = 0;
  logStart = 0;
  /** What the group has stored; undefined where it has nothing. */
  committed: Commit | undefined = { offset: 0, metadata: '' };
  lease: InMemoryLease | undefined;
  /** Set on one that is not granted. */
  withheld: PartitionProgress['withheld'];
  readonly log: KafkaRecord[] = [];
  #epoch = 0;

  constructor(source: InMemorySource, partition: number) {
    this.source = source;
    this.partition = partition;
  }

  append(records: readonly NewRecord[]): void {
    for (const { offset = this.endOffset, timestampMs = 0, ...record } of records) {
      this.log.push({ ...record, topic: this.source.topic, partition: this.partition, offset, timestampMs });
      this.endOffset = offset + 1;
    }
    this.lease?.deliver();
  }

  /** Ends the log beyond its last record, as an aborted transaction does. */
  endAt(offset: number): void {
    this.endOffset = offset;
    this.lease?.deliver();
  }

  grant(sink: RecordSink): InMemoryLease {
    this.lease = new InMemoryLease(this, sink, ++this.#epoch);
    sink.granted(this.lease);
    return this.lease;
  }

  revoke(): void {
    this.lease?.end();
    this.lease = undefined;
  }
}

export class InMemoryLease implements PartitionLease {
  readonly topic: string;
  readonly partition: number;
  readonly epoch: number;
  readonly committed: Commit | undefined;
  readonly logStart: number;
  readonly logEnd: number;
  readonly logId: string;
  paused = false;
  released = false;
  committing = 0;
  readonly #owner: InMemoryPartition;
  readonly #sink: RecordSink;
  readonly #end = new AbortController();
  #lapsed = false;
  /** The next offset to hand over; undefined before it is known where to begin. */
  position: number | undefined;
  /** Its place in the log. */
  #index = 0;

  constructor(owner: InMemoryPartition, sink: RecordSink, epoch: number) {
    this.#owner = owner;
    this.#sink = sink;
    this.topic = owner.source.topic;
    this.partition = owner.partition;
    this.epoch = epoch;
    this.committed = owner.committed;
    this.logStart = owner.logStart;
    this.logEnd = owner.endOffset;
    this.logId = `${this.topic} ${this.partition}`;
  }

  get signal(): AbortSignal {
    return this.#lapsed ? AbortSignal.abort() : this.#end.signal;
  }

  readFrom(offset: number): void {
    this.position = offset;
    this.#index = this.#owner.log.filter((record) => record.offset < offset).length;
    queueMicrotask(() => this.deliver());
  }

  async commit(commit: Commit): Promise<void> {
    if (++this.committing > 1) throw new Error('two commits at a time under one lease');
    try {
      await this.#owner.source.beforeCommit();
      if (this.signal.aborted) throw new ServiceError('LEASE_LOST', 'the lease has ended');
      const moved = commit.offset !== this.#owner.committed?.offset;
      this.#owner.committed = commit;
      if (moved) this.#owner.source.commits.push({ partition: this.partition, offset: commit.offset });
    } finally {
      this.committing--;
    }
  }

  release(): void {
    this.released = true;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.deliver();
  }

  end(): void {
    this.expire();
    this.#sink.revoked(this);
  }

  /** Ends the lease before the sink is told. */
  expire(): void {
    this.#end.abort();
  }

  /** Its time is over, and nobody has been told, as when the process has just stood still. */
  lapse(): void {
    this.#lapsed = true;
  }

  /** Hands over the whole log again, which no source may do. */
  redeliver(): void {
    this.#sink.records(this, this.#owner.log, this.#owner.endOffset);
  }

  /** Tells the sink of this lease once more, be it alive or not. */
  grantAgain(): void {
    this.#sink.granted(this);
  }

  /** Records that it waited for are gone. */
  lose(from: number, to: number): void {
    this.#sink.deleted?.(this, from, to);
    this.#sink.records(this, [], to);
  }

  /** The partition is to go: the sink drains it, and releases the lease. */
  giveUp(deadlineMs: number): void {
    this.#sink.revoking(this, deadlineMs);
  }

  /** Hands over what is new, up to a hundred records at a time as a fetch would, until it is told to pause. */
  deliver(): void {
    const { log, endOffset } = this.#owner;
    while (!this.paused && !this.signal.aborted && this.position !== undefined && this.position < endOffset) {
      const records = log.slice(this.#index, this.#index + 100);
      this.#index += records.length;
      this.position = log[this.#index] ? (records.at(-1)?.offset ?? endOffset) + 1 : endOffset;
      this.#sink.records(this, records, this.position);
    }
  }
}
