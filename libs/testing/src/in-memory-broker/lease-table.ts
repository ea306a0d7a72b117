import type { Commit, RecordSink } from '@millrace/messaging';
import { partitionKey, type TopicPartition } from './answer.ts';
import type { FetchedBatch } from './client-fetcher.ts';
import { CommitQueue } from './commit-queue.ts';
import type { ClientOptions } from './client-options.ts';
import { type ClientListener, GroupClient } from './group-client.ts';
import { GroupLease, type LeaseHolder } from './group-lease.ts';
import { Membership } from './membership.ts';
import { PartitionReader, type PartitionState } from './partition-reader.ts';
import type { Claims } from './withholding-assignor.ts';

export interface LeaseTableOptions extends ClientOptions {
  /** How long a consumer may take to finish what runs under a lease that is to go. */
  readonly drainTimeoutMs: number;
  /** How long before the session timeout the leases end by themselves. */
  readonly leaseMarginMs: number;
  readonly commitTimeoutMs: number;
}

/**
 * The partitions that a member of the group owns, as leases, and what reaches the consumer of their records. The client
 * below is not to be trusted with positions, ownership and commits: what makes it safe stands here and in the commit queue.
 */
export class LeaseTable implements ClientListener, LeaseHolder {
  readonly client: GroupClient;
  readonly #options: LeaseTableOptions;
  readonly #sink: RecordSink;
  readonly #leases = new Map<string, GroupLease>();
  readonly #epochs = new Map<string, number>();
  readonly #commits: CommitQueue;
  readonly #membership: Membership;
  readonly #reader: PartitionReader;
  /** What was held when it joined last. */
  #claimed: ReadonlySet<string> = new Set();
  readonly #looking = new Set<GroupLease>();
  /** Of partitions whose log may have become another one: how far it was read. */
  readonly #reached = new Map<string, number>();
  /** Counts joins: what was begun for an earlier one is void. */
  #join = 0;

  constructor(options: LeaseTableOptions, sink: RecordSink) {
    const { process, sessionTimeoutMs, leaseMarginMs, commitTimeoutMs } = options;
    this.#options = options;
    this.#sink = sink;
    this.client = new GroupClient(options, this);
    this.#reader = new PartitionReader(options, this.client);
    this.#membership = new Membership(process.clock, sessionTimeoutMs - leaseMarginMs, () => this.forgotten());
    this.#commits = new CommitQueue({
      clock: process.clock,
      timeoutMs: commitTimeoutMs,
      store: (offsets, attempts) => this.client.commit(offsets, attempts),
      forgotten: () => this.forgotten(),
    });
  }

  get leases(): Iterable<GroupLease> {
    return this.#leases.values();
  }

  claims(): Claims {
    this.#join++; // what is not granted by now is not claimed, and may be given to another
    const leases = [...this.#leases.values()];
    this.#claimed = new Set(this.#leases.keys());
    return { owned: leases.filter(({ draining }) => !draining), draining: leases.filter(({ draining }) => draining) };
  }

  confirmed(sentMs: number): void {
    this.#membership.confirmed(sentMs);
  }

  /** All may be another member's by now. */
  forgotten(): void {
    this.#endAll();
    this.client.rejoin();
  }

  /** Leases end, and what was begun is void. */
  stop(): void {
    this.#endAll();
  }

  joined(assigned: readonly TopicPartition[]): void {
    const join = ++this.#join;
    const ours = new Set(assigned.map(partitionKey));
    for (const [key, lease] of this.#leases) if (!ours.has(key)) this.#drain(lease); // what is no longer ours is let go
    for (const lease of this.#leases.values()) if (!lease.draining) this.#readOn(lease); // the client went back to the commit
    if (this.#hasGivenUp(ours)) this.client.rejoin();
    for (const key of this.#reached.keys()) if (!ours.has(key)) this.#reached.delete(key);
    for (const partition of assigned) if (!this.#leases.has(partitionKey(partition))) void this.#gain(partition, join);
  }

  batch(batch: FetchedBatch): void {
    const lease = this.#leases.get(partitionKey(batch));
    if (!lease || lease.draining) return; // what is lost, or is to go, hears of nothing more
    if (batch.error) return this.#failed(lease, batch.error);
    if (!lease.goesOnWith(batch)) return this.#readOn(lease); // what an earlier lease asked for moves nothing
    lease.next = batch.coveredTo;
    lease.endOffset = batch.endOffset;
    this.#sink.records(lease, batch.records, batch.coveredTo);
  }

  expired(): boolean {
    return !this.#membership.valid;
  }

  readFrom(lease: GroupLease, offset: number): void {
    lease.next = offset;
    lease.lastRequestBefore = this.client.requests;
    this.client.seek(lease, offset);
    if (!lease.paused) this.client.resume(lease);
  }

  commit(lease: GroupLease, commit: Commit): Promise<void> {
    return this.#commits.add(lease, commit);
  }

  release(lease: GroupLease): void {
    if (lease.draining) this.#end(lease);
  }

  pause(lease: GroupLease): void {
    this.client.pause(lease);
  }

  resume(lease: GroupLease): void {
    if (lease.next !== undefined) this.client.resume(lease);
  }

  /** What it claimed when it joined is withheld from others; where that is neither held nor given to it by now, they must know. */
  #hasGivenUp(ours: ReadonlySet<string>): boolean {
    for (const key of this.#claimed) if (!ours.has(key) && !this.#leases.has(key)) return true;
    return false;
  }

  async #gain(partition: TopicPartition, join: number): Promise<void> {
    const reached = this.#reached.get(partitionKey(partition)) ?? 0;
    const wanted = () => join === this.#join;
    this.client.pause(partition); // nothing comes before it is known where to begin
    const state = await this.#reader.readState(partition, wanted);
    if (!state) return;
    const known = Math.max(reached, state.committed?.offset ?? 0);
    const range = await this.#reader.confirmRange(partition, state, known, wanted); // a log is not believed to end early at once
    if (range && wanted())
      this.#grant(partition, { ...range, committed: committedIn(range, state.committed, reached) });
  }

  #grant({ topic, partition }: TopicPartition, { committed, start, end }: PartitionState): void {
    const key = partitionKey({ topic, partition });
    const epoch = (this.#epochs.get(key) ?? 0) + 1;
    this.#epochs.set(key, epoch);
    const lease = new GroupLease({ topic, partition, epoch, committed, logStart: start, logEnd: end, holder: this });
    this.#leases.set(key, lease);
    this.#sink.granted(lease);
  }

  #readOn(lease: GroupLease): void {
    if (lease.next !== undefined) this.client.seek(lease, lease.next);
  }

  /** The consumer finishes what runs; then, or when its time is over, the lease ends, and the group may know. */
  #drain(lease: GroupLease): void {
    if (lease.draining) return;
    lease.draining = true;
    if (lease.released) return this.#end(lease);
    const { process, drainTimeoutMs } = this.#options;
    const forget = process.clock.after(drainTimeoutMs, () => this.#end(lease));
    lease.signal.addEventListener('abort', forget, { once: true });
    this.#sink.revoking(lease, drainTimeoutMs);
  }

  #end(lease: GroupLease): void {
    const key = partitionKey(lease);
    if (this.#leases.get(key) !== lease) return; // an earlier lease of the partition, told late
    this.#leases.delete(key);
    this.client.pause(lease);
    lease.end();
    this.#sink.revoked(lease);
    if (lease.draining && ![...this.#leases.values()].some(({ draining }) => draining)) this.client.rejoin();
  }

  #endAll(): void {
    this.#join++;
    this.#reached.clear();
    for (const lease of this.#leases.values()) this.#end(lease);
  }

  #failed(lease: GroupLease, error: NonNullable<FetchedBatch['error']>): void {
    if (error === 'OFFSET_OUT_OF_RANGE') void this.#lookWhetherGone(lease);
    else this.#beginAgain(lease);
  }

  /** The topic was deleted; it may come back, as another one. */
  #beginAgain(lease: GroupLease): void {
    this.#end(lease);
    if (lease.next !== undefined) this.#reached.set(partitionKey(lease), lease.next);
    void this.#gain({ topic: lease.topic, partition: lease.partition }, this.#join);
  }

  /** Records were deleted before they were read, or the topic was made anew, or this answer is none to what the lease asked. */
  async #lookWhetherGone(lease: GroupLease): Promise<void> {
    if (lease.next === undefined || this.#looking.has(lease)) return;
    this.#looking.add(lease);
    this.client.pause(lease);
    const wanted = () => !lease.ended && !lease.draining;
    const read = await this.#reader.readRange(lease, wanted);
    const range = read && (await this.#reader.confirmRange(lease, read, lease.next, wanted));
    this.#looking.delete(lease);
    if (!range || !wanted()) return;
    if (lease.next > range.end) return this.#beginAgain(lease);
    if (lease.next < range.start) this.#skipTo(lease, range.start);
    this.#readOn(lease);
    if (!lease.paused) this.client.resume(lease);
  }

  #skipTo(lease: GroupLease, start: number): void {
    lease.next = start;
    this.#sink.records(lease, [], start);
  }
}

/**
 * What the group had stored. Where this process has `reached` more than there is, the log is another one under the same name,
 * although the commit may lie within it: then what was reached stands for it, so that the consumer sees that, too.
 */
function committedIn(
  range: { start: number; end: number },
  committed: Commit | undefined,
  reached: number,
): Commit | undefined {
  if (reached > range.end) return { offset: Math.max(reached, committed?.offset ?? 0), metadata: '' };
  if (committed && committed.offset < 0) return { offset: range.start, metadata: '' };
  return committed;
}
