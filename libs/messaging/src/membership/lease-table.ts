import type { Clock } from '../ports/clock.ts';
import type { KafkaRecord } from '../ports/record.ts';
import type { Commit, RecordSink } from '../ports/record-source.ts';
import type { Claims } from './claims.ts';
import { CommitQueue } from './commit-queue.ts';
import type { Fetched, GroupClient, GroupClientListener, PartitionOffsets } from './group-client.ts';
import { GainedPartitions } from './gained-partitions.ts';
import { GroupLease, type LeaseHolder } from './group-lease.ts';
import { type LeaseTableLog, silentLog } from './lease-table-log.ts';
import { PartitionReader } from './partition-reader.ts';
import { Session } from './session.ts';
import { decodePlace } from './stored-place.ts';
import { partitionKey, type TopicPartition } from './topic-partition.ts';

/** Times of a membership, in ms. */
export interface MembershipTimes {
  /** After which the coordinator gives up a member that it does not hear. */
  readonly sessionTimeoutMs: number;
  /** How long before that the leases end by themselves. */
  readonly leaseMarginMs: number;
  /** How long a consumer may take to finish what runs under a lease that is to go. */
  readonly drainTimeoutMs: number;
  readonly commitTimeoutMs: number;
}

export interface LeaseTableOptions extends MembershipTimes {
  readonly clock: Clock;
  readonly client: GroupClient;
  readonly sink: RecordSink;
  /** The newest epoch of each partition, where it is to be kept over several tables. @default none is known */
  readonly epochs?: Map<string, number>;
  readonly log?: LeaseTableLog;
}

/**
 * The partitions that a member of a group owns, as leases, and what reaches the consumer of their records. The client below
 * is not to be trusted: it forgets positions at each join, hands over responses that were on their way before it or belong to
 * a partition that is lost, and learns of the end of its membership late. What makes it safe stands here and in the commit queue.
 */
export class LeaseTable implements GroupClientListener, LeaseHolder {
  readonly #client: GroupClient;
  readonly #sink: RecordSink;
  readonly #clock: Clock;
  readonly #log: LeaseTableLog;
  readonly #drainTimeoutMs: number;
  readonly #leases = new Map<string, GroupLease>();
  readonly #epochs: Map<string, number>;
  readonly #commits: CommitQueue;
  readonly #session: Session;
  readonly #reader: PartitionReader;
  readonly #gained: GainedPartitions;
  /** What was held when it asked to join last. */
  #claimed: ReadonlySet<string> = new Set();
  readonly #looking = new Set<GroupLease>();
  /** Counts joins: what was begun for an earlier one is void. */
  #join = 0;

  constructor(options: LeaseTableOptions) {
    const { clock, client, sink, log = silentLog, commitTimeoutMs, sessionTimeoutMs, leaseMarginMs } = options;
    this.#client = client;
    this.#sink = sink;
    this.#clock = clock;
    this.#log = log;
    this.#drainTimeoutMs = options.drainTimeoutMs;
    this.#epochs = options.epochs ?? new Map<string, number>();
    this.#reader = new PartitionReader(client, clock);
    this.#gained = new GainedPartitions({
      reader: this.#reader,
      partitionCount: (topic) => client.partitionCount(topic),
      log,
      found: (offsets, stored) => void this.#grant(offsets, stored),
      foundAdded: (offsets) => this.#grantAdded(offsets),
    });
    this.#session = new Session(clock, sessionTimeoutMs - leaseMarginMs, () => this.forgotten());
    this.#commits = new CommitQueue({
      clock,
      timeoutMs: commitTimeoutMs,
      store: (offsets) => client.store(offsets),
      forgotten: () => this.forgotten(),
      metadataTooLarge: (lease) => log.metadataTooLarge(lease),
    });
  }

  get leases(): readonly GroupLease[] {
    return [...this.#leases.values()];
  }

  /** Assigned, but not granted yet: records of their keys may still lie in the partitions that were there before them. */
  get withheld(): readonly PartitionOffsets[] {
    return this.#gained.withheld;
  }

  claims(): Claims {
    this.#join++; // what is not granted by now is not claimed, and may be given to another
    this.#claimed = new Set(this.#leases.keys());
    const { leases } = this;
    return { owned: leases.filter(({ draining }) => !draining), draining: leases.filter(({ draining }) => draining) };
  }

  confirmed(sentMs: number): void {
    this.#session.confirmed(sentMs);
  }

  forgotten(): void {
    this.endAll();
    this.#client.rejoin();
  }

  /** The member is out of the group: leases end, and what was begun is void. */
  endAll(): void {
    this.#join++;
    this.#gained.forget();
    this.#session.end();
    for (const lease of this.#leases.values()) this.#end(lease);
  }

  joined(assigned: readonly TopicPartition[]): void {
    const join = ++this.#join;
    const ours = new Set(assigned.map(partitionKey));
    this.#gained.keepOnly(ours);
    for (const [key, lease] of this.#leases) if (!ours.has(key)) this.#drain(lease); // what is no longer ours is let go
    for (const lease of this.#leases.values()) if (!lease.draining) lease.align(); // the client went back to the commit
    if (this.#hasGivenUp(ours)) this.#client.rejoin();
    const gained = assigned.filter((partition) => !this.#leases.has(partitionKey(partition)));
    for (const partition of gained) this.#client.pause(partition); // nothing comes before it is known where to begin
    void this.#gain(gained, join);
  }

  fetched(fetched: Fetched): void {
    const lease = this.#leases.get(partitionKey(fetched));
    if (!lease || lease.draining || lease.next === undefined) return; // what is lost, or is to go, hears of nothing more
    lease.endOffset = fetched.endOffset;
    if (!lease.goesOnWith(fetched)) return this.#outOfLine(lease); // what an earlier lease asked for moves nothing
    lease.take(fetched);
  }

  failed(partition: TopicPartition, why: 'out-of-range' | 'not-there'): void {
    const lease = this.#leases.get(partitionKey(partition));
    if (!lease || lease.draining) return;
    lease.forgetUndelivered();
    if (why === 'not-there') this.#beginAgain(lease);
    else void this.#lookWhetherGone(lease);
  }

  deliver(lease: GroupLease, records: readonly KafkaRecord[], coveredTo: number): void {
    this.#sink.records(lease, records, coveredTo);
  }

  notTaken(lease: GroupLease, error: unknown): void {
    this.#log.notTaken(lease, error);
    this.forgotten();
  }

  expired(): boolean {
    return !this.#session.valid;
  }

  lastRequest(): number {
    return this.#client.requests;
  }

  seek(lease: GroupLease, offset: number): void {
    this.#client.seek(lease, offset);
  }

  pause(lease: GroupLease): void {
    this.#client.pause(lease);
  }

  resume(lease: GroupLease): void {
    this.#client.resume(lease);
  }

  commit(lease: GroupLease, commit: Commit): Promise<void> {
    return this.#commits.add(lease, commit);
  }

  release(lease: GroupLease): void {
    if (lease.draining) this.#end(lease);
  }

  /** What it claimed when it joined is withheld from others; where that is neither held nor given to it by now, they must know. */
  #hasGivenUp(ours: ReadonlySet<string>): boolean {
    for (const key of this.#claimed) if (!ours.has(key) && !this.#leases.has(key)) return true;
    return false;
  }

  /** Never rejects. */
  #gain(partitions: readonly TopicPartition[], join: number): Promise<void> {
    return this.#gained.find(partitions, () => join === this.#join);
  }

  /** Stored at once: it waits for none again, whoever has it next. */
  #grantAdded(offsets: PartitionOffsets): void {
    const start = { offset: offsets.logStart, metadata: '' };
    const lease = this.#grant(offsets, start);
    void this.#commits.add(lease, start).catch(() => undefined);
  }

  #grant(offsets: PartitionOffsets, stored: Commit | undefined): GroupLease {
    const { topic, partition, logStart, logEnd, logId } = offsets;
    const { partitionsThen, metadata } = decodePlace(stored?.metadata ?? '');
    const lost = stored !== undefined && stored.offset < 0;
    if (lost) this.#log.placeLost(offsets, logStart);
    const key = partitionKey(offsets);
    const epoch = (this.#epochs.get(key) ?? 0) + 1;
    this.#epochs.set(key, epoch);
    const lease = new GroupLease({
      topic,
      partition,
      epoch,
      committed: stored && { offset: lost ? logStart : stored.offset, metadata },
      logStart,
      logEnd,
      logId,
      partitionsThen: partitionsThen ?? Math.max(this.#client.partitionCount(topic), partition + 1),
      holder: this,
    });
    this.#leases.set(key, lease);
    this.#sink.granted(lease);
    return lease;
  }

  /** The consumer finishes what runs; then, or when its time is over, the lease ends, and the group may know. */
  #drain(lease: GroupLease): void {
    if (lease.draining) return;
    lease.draining = true;
    this.#client.pause(lease);
    if (lease.released) return this.#end(lease);
    const forget = this.#clock.after(this.#drainTimeoutMs, () => this.#end(lease));
    lease.signal.addEventListener('abort', forget, { once: true });
    this.#sink.revoking(lease, this.#drainTimeoutMs);
  }

  #end(lease: GroupLease): void {
    const key = partitionKey(lease);
    if (this.#leases.get(key) !== lease) return; // an earlier lease of the partition, told late
    this.#leases.delete(key);
    this.#client.pause(lease);
    lease.end();
    this.#sink.revoked(lease);
    if (lease.draining && !this.leases.some(({ draining }) => draining)) this.#client.rejoin();
  }

  /** The topic was deleted; it may come back, as another one. */
  #beginAgain(lease: GroupLease): void {
    const join = this.#join;
    this.#end(lease);
    if (lease.next !== undefined) this.#gained.reachedBefore(lease, lease.next);
    void this.#gain([{ topic: lease.topic, partition: lease.partition }], join);
  }

  /** A response that is left over from before a join, and then the seek is all there is to do. Or the log has another range. */
  #outOfLine(lease: GroupLease): void {
    lease.forgetUndelivered();
    lease.align();
    void this.#lookWhetherGone(lease);
  }

  /**
   * The offset that a lease waits for may be out of range, where a client goes on elsewhere: retention was faster than we, or
   * the topic was made anew. Never rejects.
   */
  async #lookWhetherGone(lease: GroupLease): Promise<void> {
    if (this.#looking.has(lease)) return;
    this.#looking.add(lease);
    const wanted = () => !lease.ended && !lease.draining;
    const offsets = await this.#look(lease, wanted);
    this.#looking.delete(lease);
    if (!offsets || !wanted() || lease.next === undefined) return;
    if (lease.next > offsets.logEnd) return this.#beginAnew(lease, lease.next, offsets);
    if (lease.next < offsets.logStart) this.#skip(lease, lease.next, offsets.logStart);
    lease.align();
    lease.letGo();
  }

  /** Holds the lease where the log ends below what was read of it: the client would ask in vain all the time. */
  async #look(lease: GroupLease, wanted: () => boolean): Promise<PartitionOffsets | undefined> {
    const offsets = await this.#reader.read(lease, wanted);
    if (!offsets || (lease.next ?? 0) <= offsets.logEnd) return offsets;
    lease.hold();
    return this.#reader.readLater(lease, wanted);
  }

  #skip(lease: GroupLease, next: number, logStart: number): void {
    this.#log.recordsDeleted(lease, next, logStart);
    this.#sink.deleted?.(lease, next, logStart);
    lease.skipTo(logStart);
  }

  /**
   * Another log, so another lease. Its commit is what was read of the old log: what is stored may be lower, and would then
   * look like a place in the new one.
   */
  #beginAnew(lease: GroupLease, next: number, offsets: PartitionOffsets): void {
    this.#end(lease);
    this.#grant(offsets, { offset: next, metadata: '' });
  }
}
