import type { KafkaRecord, RecordSink } from '@millrace/messaging';
import type { Logger } from '@millrace/telemetry';
import { partitionKey, type PartitionOffsets, type TopicPartition } from './group-offsets.ts';
import { OffsetReader } from './offset-reader.ts';
import { type FetchedRange, KafkaLease, type LeaseHolder } from './partition-lease.ts';

/** What an assignment does to the consumer that it belongs to. None of it throws. */
export interface FetchControl {
  pause(partition: TopicPartition): void;
  resume(partition: TopicPartition): void;
  /** The next fetch of the partition begins at `offset`, and answers to earlier ones that are still to come are dropped. */
  seek(partition: TopicPartition, offset: number): void;
  readOffsets(partitions: readonly TopicPartition[]): Promise<readonly PartitionOffsets[]>;
}

export interface AssignmentOptions {
  readonly sink: RecordSink;
  readonly fetch: Pick<FetchControl, 'pause' | 'readOffsets'>;
  readonly holder: LeaseHolder;
  /** The next epoch of a partition. */
  readonly nextEpoch: (partition: TopicPartition) => number;
  readonly log: Logger;
}

/** A response of Kafka for one partition. */
export interface Fetched extends TopicPartition, FetchedRange {
  /** One past the last record of the partition. */
  readonly endOffset: number;
  readonly records: readonly KafkaRecord[];
}

/**
 * The partitions that one group member owns, as leases, and what reaches the consumer of their records.
 *
 * kafkajs is not to be trusted with positions: it forgets them at each join and goes back to the commits, and a response
 * that was on its way during a join may move them or belong to a partition that is lost. So each lease knows the next
 * offset it must deliver; whatever does not continue there is dropped and fetched again.
 */
export class Assignment {
  readonly #options: AssignmentOptions;
  readonly #reader: OffsetReader;
  readonly #leases = new Map<string, KafkaLease>();
  readonly #looking = new Set<KafkaLease>();
  #memberId: string | undefined;
  /** Counts joins: what was begun for an earlier one is void. */
  #join = 0;

  constructor(options: AssignmentOptions) {
    this.#options = options;
    this.#reader = new OffsetReader({ read: options.fetch.readOffsets, log: options.log });
  }

  get leases(): readonly KafkaLease[] {
    return [...this.#leases.values()];
  }

  /**
   * The group has a new generation in which `partitions` are ours. Must be called in the very tick of the join, before
   * kafkajs fetches. A member id other than before means that the group had given us up meanwhile: nothing is kept then.
   */
  joined(memberId: string, partitions: readonly TopicPartition[]): void {
    if (memberId !== this.#memberId) this.endAll();
    this.#memberId = memberId;
    const join = ++this.#join;
    const assigned = new Set(partitions.map(partitionKey));
    for (const [key, lease] of this.#leases) if (!assigned.has(key)) this.#end(lease);
    for (const lease of this.#leases.values()) lease.align();
    const gained = partitions.filter((partition) => !this.#leases.has(partitionKey(partition)));
    for (const partition of gained) this.#options.fetch.pause(partition);
    if (gained.length > 0) void this.#grantAll(gained, () => join === this.#join);
  }

  /** The member is out of the group. */
  endAll(): void {
    this.#join++;
    for (const lease of this.#leases.values()) this.#end(lease);
  }

  /** Delivers a response, or what of it is new. */
  deliver({ topic, partition, records, endOffset, ...range }: Fetched): void {
    const lease = this.#leases.get(partitionKey({ topic, partition }));
    if (lease?.next === undefined) return;
    lease.endOffset = endOffset;
    if (lease.continuation(lease.next, range) !== 'next') {
      lease.align();
      void this.#lookWhetherGone(lease);
      return;
    }
    const fresh = lease.advance(range.lastOffset, records);
    this.#options.sink.records(lease, fresh, range.lastOffset + 1);
  }

  /** An end of the log below the commit is looked at twice, which keeps no other partition waiting. Never rejects. */
  async #grantAll(partitions: readonly TopicPartition[], wanted: () => boolean): Promise<void> {
    const offsets = await this.#reader.read(partitions, wanted);
    const doubtful = offsets.filter(endsBelowCommit);
    for (const each of offsets) if (!doubtful.includes(each)) this.#grant(each);
    for (const each of await this.#reader.readLater(doubtful, wanted)) this.#grant(each);
  }

  /** Must be paused; the consumer says where to begin. */
  #grant({ wasReset, ...offsets }: PartitionOffsets): void {
    const { holder, nextEpoch, sink, log } = this.#options;
    const { topic, partition, logStart } = offsets;
    if (wasReset) log.error({ topic, partition, logStart }, 'the place of the group is lost: it was out of range');
    const lease = new KafkaLease({ offsets, epoch: nextEpoch(offsets), holder });
    this.#leases.set(partitionKey(lease), lease);
    sink.granted(lease);
  }

  #end(lease: KafkaLease): void {
    this.#leases.delete(partitionKey(lease));
    lease.end();
    this.#options.sink.revoked(lease);
  }

  /**
   * A response out of line is left over from before a join, and then the seek was all there was to do. Or the offset we
   * wait for is out of range, where kafkajs goes on elsewhere and says nothing: retention was faster than we, or the
   * topic was made anew. Never rejects.
   */
  async #lookWhetherGone(lease: KafkaLease): Promise<void> {
    if (this.#looking.has(lease)) return;
    this.#looking.add(lease);
    const offsets = await this.#look(lease);
    this.#looking.delete(lease);
    if (!offsets || lease.ended || lease.next === undefined) return;
    if (lease.next < offsets.logStart) this.#skip(lease, lease.next, offsets.logStart);
    else if (lease.next > offsets.logEnd) this.#beginAnew(lease, lease.next, offsets);
    lease.letGo();
  }

  /** Holds the lease where the log ends below what was read of it: kafkajs would ask in vain all the time. */
  async #look(lease: KafkaLease): Promise<PartitionOffsets | undefined> {
    const { topic, partition } = lease;
    const wanted = () => !lease.ended;
    const [offsets] = await this.#reader.read([{ topic, partition }], wanted);
    if (!offsets || (lease.next ?? 0) <= offsets.logEnd) return offsets;
    lease.hold();
    const [later] = await this.#reader.readLater([{ topic, partition }], wanted);
    return later;
  }

  #skip(lease: KafkaLease, next: number, logStart: number): void {
    const { topic, partition } = lease;
    this.#options.log.error(
      { topic, partition, records: logStart - next },
      'records were deleted by retention before the group had read them',
    );
    lease.advance(logStart - 1, []);
    lease.align();
    this.#options.sink.records(lease, [], logStart);
  }

  /**
   * Another log, so another lease; it is held still. Its commit is what was read of the old log: what is stored may be lower, and would then
   * look like a place in the new one.
   */
  #beginAnew(lease: KafkaLease, next: number, offsets: PartitionOffsets): void {
    this.#end(lease);
    this.#grant({ ...offsets, committed: { offset: next, metadata: '' }, wasReset: false });
  }
}

function endsBelowCommit({ committed, logEnd }: PartitionOffsets): boolean {
  return committed !== undefined && committed.offset > logEnd;
}
