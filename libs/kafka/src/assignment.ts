import type { KafkaRecord, RecordSink, StartAt } from '@millrace/messaging';
import type { Logger } from '@millrace/telemetry';
import { partitionKey, type TopicPartition } from './group-offsets.ts';
import { reasonOf } from './kafka-error.ts';
import { type FetchedRange, KafkaLease, type LeaseHolder, type LeaseOptions } from './partition-lease.ts';
import { pause } from './pause.ts';
import { type PartitionOffsets, startPosition } from './start-position.ts';

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
  readonly startAt: StartAt;
  readonly fetch: FetchControl;
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

const readAgainMs = 500;

/**
 * The partitions that one group member owns, as leases, and what reaches the consumer of their records.
 *
 * kafkajs is not to be trusted with positions: it forgets them at each join and goes back to the commits, and a response
 * that was on its way during a join may move them or belong to a partition that is lost. So each lease knows the next
 * offset it must deliver; whatever does not continue there is dropped and fetched again.
 */
export class Assignment {
  readonly #options: AssignmentOptions;
  readonly #leases = new Map<string, KafkaLease>();
  readonly #refused = new Map<string, TopicPartition>();
  readonly #looking = new Set<KafkaLease>();
  #memberId: string | undefined;
  /** Counts joins: what was begun for an earlier one is void. */
  #join = 0;

  constructor(options: AssignmentOptions) {
    this.#options = options;
  }

  get leases(): readonly KafkaLease[] {
    return [...this.#leases.values()];
  }

  /** Partitions that are assigned to us and not read, since the group has never committed there. */
  get refused(): readonly TopicPartition[] {
    return [...this.#refused.values()];
  }

  /**
   * The group has a new generation in which `partitions` are ours. Must be called in the very tick of the join, before
   * kafkajs fetches. A member id other than before means that the group had given us up meanwhile: nothing is kept then.
   */
  joined(memberId: string, partitions: readonly TopicPartition[]): void {
    if (memberId !== this.#memberId) this.endAll();
    this.#memberId = memberId;
    const join = ++this.#join;
    this.#refused.clear();
    const assigned = new Set(partitions.map(partitionKey));
    for (const [key, lease] of this.#leases) if (!assigned.has(key)) this.#end(lease);
    for (const lease of this.#leases.values()) this.#options.fetch.seek(lease, lease.next);
    const gained = partitions.filter((partition) => !this.#leases.has(partitionKey(partition)));
    for (const partition of gained) this.#options.fetch.pause(partition);
    if (gained.length > 0) void this.#grantAll(gained, join);
  }

  /** The member is out of the group. */
  endAll(): void {
    this.#join++;
    for (const lease of this.#leases.values()) this.#end(lease);
  }

  /** Delivers a response, or what of it is new. */
  deliver({ topic, partition, records, endOffset, ...range }: Fetched): void {
    const lease = this.#leases.get(partitionKey({ topic, partition }));
    if (!lease) return;
    lease.endOffset = endOffset;
    if (lease.continuation(range) !== 'next') {
      this.#options.fetch.seek(lease, lease.next);
      void this.#lookWhetherGone(lease);
      return;
    }
    const fresh = lease.advance(range.lastOffset, records);
    this.#options.sink.records(lease, fresh, lease.next);
  }

  /** Never rejects. */
  async #grantAll(partitions: readonly TopicPartition[], join: number): Promise<void> {
    const offsets = await this.#readUntilKnown(partitions, () => join === this.#join);
    if (join !== this.#join) return;
    for (const partition of offsets) this.#begin(partition);
  }

  async #readUntilKnown(
    partitions: readonly TopicPartition[],
    wanted: () => boolean,
  ): Promise<readonly PartitionOffsets[]> {
    while (wanted()) {
      try {
        return await this.#options.fetch.readOffsets(partitions);
      } catch (error) {
        this.#options.log.debug({ reason: reasonOf(error) }, 'offsets of the group could not be read; trying on');
      }
      await pause(readAgainMs);
    }
    return [];
  }

  #begin(offsets: PartitionOffsets): void {
    const { topic, partition, logEnd } = offsets;
    const start = startPosition(offsets, this.#options.startAt);
    if (start.from === 'nowhere') {
      this.#refuse({ topic, partition });
      return;
    }
    if (start.unread > 0) this.#options.log.error({ topic, partition, records: start.unread }, unreadDeleted);
    const stored = start.from === 'commit' || this.#options.startAt !== 'latest';
    this.#grant({ topic, partition, start: start.offset, endOffset: logEnd, stored });
  }

  #refuse(partition: TopicPartition): void {
    this.#refused.set(partitionKey(partition), partition);
    this.#options.log.error(
      { ...partition },
      'the group has no committed offset here and may not choose one: not read',
    );
  }

  #grant(granted: Omit<LeaseOptions, 'epoch' | 'holder'>): void {
    const { fetch, holder, nextEpoch, sink } = this.#options;
    const lease = new KafkaLease({ ...granted, epoch: nextEpoch(granted), holder });
    this.#leases.set(partitionKey(lease), lease);
    fetch.seek(lease, lease.start);
    fetch.resume(lease);
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
    const wanted = () => !lease.ended;
    const [offsets] = await this.#readUntilKnown([{ topic: lease.topic, partition: lease.partition }], wanted);
    this.#looking.delete(lease);
    if (!offsets || lease.ended) return;
    if (lease.next < offsets.logStart) this.#skip(lease, offsets.logStart);
    else if (lease.next > offsets.logEnd) this.#beginAnew(lease, offsets);
  }

  #skip(lease: KafkaLease, logStart: number): void {
    const { topic, partition, next } = lease;
    this.#options.log.error({ topic, partition, records: logStart - next }, unreadDeleted);
    lease.advance(logStart - 1, []);
    this.#options.fetch.seek(lease, logStart);
    this.#options.sink.records(lease, [], logStart);
  }

  #beginAnew(lease: KafkaLease, { logStart, logEnd }: PartitionOffsets): void {
    const { topic, partition, next } = lease;
    this.#options.log.error({ topic, partition, next, logStart, logEnd }, 'the topic is shorter than what was read');
    this.#end(lease);
    this.#grant({ topic, partition, start: logStart, endOffset: logEnd, stored: true });
  }
}

const unreadDeleted = 'records were deleted by retention before the group had read them';
