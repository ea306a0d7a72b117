import type { KafkaRecord } from './record.ts';

/** What a group has stored of a partition: the first offset not done, and a text beside it, {@link OffsetMap}. */
export interface Commit {
  readonly offset: number;
  /** At most 4,088 characters, all ASCII; empty where nothing was stored beside the offset. */
  readonly metadata: string;
}

/**
 * One partition while it is ours. A new lease is made at each grant, so that late calls on an old one cannot touch the
 * new owner's work: a lease that has ended commits nothing, whoever still holds it.
 */
export interface PartitionLease {
  readonly topic: string;
  readonly partition: number;
  /** Names the log among those of all clusters and topics, as far as the source can tell them apart. */
  readonly logId: string;
  /** Grows with each grant of this partition. */
  readonly epoch: number;
  /** What the group had committed when the lease was made; undefined where it had nothing, or has nothing any more. */
  readonly committed: Commit | undefined;
  /** The oldest offset that was there when the lease was made. */
  readonly logStart: number;
  /** One past the last record when the lease was made. An end below the commit is not the lag of a new leader: it is so. */
  readonly logEnd: number;
  /** Aborted when the partition is lost: running calls are cut off, nothing new may start. */
  readonly signal: AbortSignal;
  /**
   * Delivers from `offset` on; nothing is delivered before. Where it is called again, what was on its way from elsewhere no
   * longer arrives.
   */
  readFrom(offset: number): void;
  /**
   * Stores the commit for the group. Rejects with `LEASE_LOST` once the lease has ended, and with a retryable error when
   * that was not confirmed; repeat it with the newest commit then. One call at a time per lease.
   */
  commit(commit: Commit): Promise<void>;
  /** Says that nothing is underway here and all is committed that can be: a partition being revoked may go. */
  release(): void;
  /**
   * Stops the flow of records: none comes after those of the call to {@link RecordSink.records} in which it is paused. Repeating
   * it is harmless, also after the end of the lease.
   */
  pause(): void;
  /** Records may come within the call. */
  resume(): void;
}

/** What a source tells its consumer. The methods return at once and do not throw. */
export interface RecordSink {
  granted(lease: PartitionLease): void;
  /**
   * Records in rising order of offset, never one twice under the same lease unless it was asked to read from there again:
   * where offsets begin again (a topic deleted and re-created), a new lease is granted first. `coveredTo` is the first
   * offset the batch says nothing about: what lies below it and was not delivered (compacted, aborted, control records)
   * needs no outcome. A batch may hold no record. The records are the sink's from then on: it may put copies in the place of
   * their bytes.
   */
  records(lease: PartitionLease, records: readonly KafkaRecord[], coveredTo: number): void;
  /**
   * The partition will be another member's: start nothing more, finish what runs, commit, and {@link PartitionLease.release}
   * the lease within `deadlineMs`; then it ends. A source that cannot wait ends it at once instead.
   */
  revoking(lease: PartitionLease, deadlineMs: number): void;
  /** What lies from `from` to before `to` was deleted while the lease waited for it, and will not be delivered. @default not told */
  deleted?(lease: PartitionLease, from: number, to: number): void;
  /** The lease's signal is already aborted. */
  revoked(lease: PartitionLease): void;
}

/** How far a partition goes; what lies between the committed offset and its end is the lag. */
export interface PartitionProgress {
  readonly topic: string;
  readonly partition: number;
  /** One past the last record in the partition, as of the last fetch. */
  readonly endOffset: number;
  /**
   * How long the topic keeps a record, by its timestamp; undefined where it does so for good, or the source may not ask.
   * Deletion by size (`retention.bytes`) may be sooner, and cannot be foretold.
   */
  readonly retentionMs?: number | undefined;
  /** Set while it is ours, but not granted yet: keys may have moved here from partitions that are not done. */
  readonly withheld?: 'waiting for older partitions' | undefined;
  /** Where it is withheld: the first offset that is not done. */
  readonly committed?: number | undefined;
}

/** How much a group has still to do in a partition. */
export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  /** Offsets from the committed one, or the oldest record, to the end, without what is done out of order. */
  readonly lag: number;
}

/** Port below the consumer: grants partitions of the subscribed topics and delivers their records. Implemented by libs/kafka. */
export interface RecordSource {
  /** Resolves when the work has begun, not when the group is joined; a broker that is away is waited for, in the background. */
  start(sink: RecordSink): Promise<void>;
  /** Undefined once the group is joined (an empty assignment included), else what is missing, for people to read. */
  notReady(): string | undefined;
  /** The partitions owned now; one of unknown end is left out. */
  progress(): readonly PartitionProgress[];
  /**
   * Reads how much there is to do in every partition of the topics, whichever member has it. Rejects where that cannot be
   * told of all of them. A source without it has no other members beside it.
   */
  lags?(): Promise<readonly PartitionLag[]>;
  /** Leaves the group; leases end. The caller has drained and committed before. */
  stop(): Promise<void>;
}

/** What a consumer asks of its source. */
export interface RecordSourceOptions {
  readonly group: string;
  readonly topics: readonly string[];
  /**
   * Topics through which records of `topics` come again, each with the one of `topics` that it goes with. They are read once
   * they exist, from the oldest record on; a partition belongs to whichever member has the one of the same number in that
   * topic. A source that has no such topics leaves them out. @default none
   */
  readonly replays?: ReadonlyMap<string, string>;
}
