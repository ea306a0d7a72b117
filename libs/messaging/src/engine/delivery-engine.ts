import { BackPressure } from './back-pressure.ts';
import { commitDelayMs, CommitSchedule } from './commit-schedule.ts';
import { cutOffSince, lostToAnother } from './cut-off.ts';
import type { DeliveryEngineOptions, DeliveryEnginePorts } from './delivery-engine-options.ts';
import { EngineLog } from './engine-log.ts';
import { keyOverflow, retentionNear } from './given-up.ts';
import type { HeldRecord } from './held-record.ts';
import { KeyedQueue } from './keyed-queue.ts';
import type { LaneKey } from './lane.ts';
import { type LeaseState, leaseState } from './lease-state.ts';
import { LeaseWork } from './lease-work.ts';
import type { Unfinished } from '../offsets/offset-tracker.ts';
import { laneKeyOf } from './order-mode.ts';
import type { Outcome } from '../ports/outcome.ts';
import type { PartitionQueue } from './partition-queue.ts';
import { PartitionQueues } from './partition-queues.ts';
import type { KafkaRecord } from '../ports/record.ts';
import { recordBytes } from './record-bytes.ts';
import { noReplays, type ReplayTopics } from './replay-topics.ts';
import type { Commit, PartitionLease, RecordSink } from '../ports/record-source.ts';
import { RunningCalls } from './running-calls.ts';
import { settledWithin } from './settled-within.ts';
import { startPosition } from './start-position.ts';
import { Turns } from './turns.ts';
import { unreadRecords } from './unread-records.ts';

/** How long a call that was cut off may take to end. */
const abortTimeoutMs = 500;
/** How long the commits after the drain may take; what they miss is called again by the next owner. */
const lastCommitsTimeoutMs = 750;
/** A key is hot when this part of what may be held waits for it. */
const hotPart = 1 / 10;

/**
 * Turns records into outcomes, and outcomes into commits. Records of a lease enter its tracker, which knows what may be
 * committed, and the queue, which knows what may be called. It knows neither Kafka nor HTTP, nor what an event is.
 */
export class DeliveryEngine implements RecordSink {
  readonly #options: DeliveryEngineOptions;
  readonly #ports: DeliveryEnginePorts;
  readonly #log: EngineLog;
  readonly #works = new Map<PartitionLease, LeaseWork>();
  readonly #refused = new Set<PartitionLease>();
  readonly #queues: PartitionQueues<HeldRecord>;
  readonly #replays: ReplayTopics;
  readonly #queue: KeyedQueue<HeldRecord>;
  readonly #backPressure: BackPressure;
  readonly #turns: Turns;
  readonly #commits: CommitSchedule;
  readonly #laneKeyOf: (record: KafkaRecord) => LaneKey;
  #stopping = false;

  constructor(options: DeliveryEngineOptions, ports: DeliveryEnginePorts) {
    const { concurrency, held, callTimeoutMs, order, tenant } = options;
    const { clock, gate, random, replays = noReplays } = ports;
    this.#options = options;
    this.#replays = replays;
    this.#ports = ports;
    this.#log = new EngineLog(ports.log);
    this.#laneKeyOf = laneKeyOf(order);
    this.#turns = new Turns({
      calls: new RunningCalls({ timeoutMs: callTimeoutMs, clock }),
      // A lease that has expired by the clock may not have said so yet.
      ended: ({ lease }) => this.revoked(lease),
      finished: (record, outcome) => this.#finished(record, outcome),
      changed: (work) => this.#changed(work),
    });
    this.#commits = new CommitSchedule({
      clock,
      partitions: () => this.#works.size,
      commit: () => this.#commitDirty(),
    });
    this.#backPressure = new BackPressure({ limits: held, crowded: (lease) => this.#crowded(lease) });
    this.#queue = new KeyedQueue({
      concurrency,
      turn: (record) => this.#turns.run(record),
      batchingOf: ({ delivery }) => delivery.batching,
      turnTogether: (records) => this.#turns.runTogether(records),
      gate,
      random,
      needsTarget: ({ delivery }) => delivery.needsTarget,
      tenantOf: tenant && (({ unfinished }) => tenant(unfinished.record)),
      starved: () => this.#backPressure.relieve(),
      hot: ({ unfinished }) => this.#log.hot(unfinished.record),
      hotAt: Math.max(2, Math.ceil(held.recordsPerPartition * hotPart)),
      clock,
    });
    this.#queues = new PartitionQueues(
      () => this.#queue.partition(),
      (topic) => replays.sourceOf(topic),
    );
  }

  /** What is in memory: queued, being called or waiting for a retry. */
  get held(): { readonly records: number; readonly bytes: number } {
    return this.#backPressure;
  }

  /** Keys under which so much waits that they may hold back others. */
  get hotKeys(): number {
    return this.#queue.hotKeys;
  }

  /** What is underway in the partitions that are ours. */
  get leases(): readonly LeaseState[] {
    return Array.from(this.#works.values(), (work) =>
      leaseState(work, this.#backPressure.of(work.lease), this.#queues.of(work.lease)),
    );
  }

  /** Partitions that are not read, since the group has no offsets there and may not choose a place by itself. */
  get refused(): readonly PartitionLease[] {
    return [...this.#refused];
  }

  /** Ends in bounded time: lets calls finish, cuts off the rest, commits. Nothing starts from the first moment on. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#queue.close();
    this.#commits.close();
    await Promise.all(Array.from(this.#works.values(), (work) => this.#handOver(work, this.#options.drainTimeoutMs)));
  }

  granted(lease: PartitionLease): void {
    if (lease.signal.aborted || this.#stopping) return;
    lease.signal.addEventListener('abort', () => this.revoked(lease), { once: true });
    const start = startPosition(lease, this.#replays.sourceOf(lease.topic) ? 'earliest' : this.#options.startAt);
    this.#log.started(lease, start);
    if (start.from === 'commit') this.#tellDeleted(lease, unreadRecords(lease, start.offset));
    if (start.from === 'nowhere') this.#refused.add(lease);
    else this.#begin(lease, start.offset, start.from === 'commit' ? lease.committed : undefined);
  }

  records(lease: PartitionLease, records: readonly KafkaRecord[], coveredTo: number): void {
    const work = this.#works.get(lease);
    if (!work || work.closing) return;
    const queue = this.#queues.of(lease);
    for (const record of records) if (this.#accept(work, queue, record) === 'another-log') return this.#readAnew(lease);
    work.tracker.cover(coveredTo);
    work.delivered(records, coveredTo, this.#options.held.bytes / this.#works.size);
    work.arrivals.note({ to: coveredTo, mark: this.#ports.clock.mark(), finishedTo: work.tracker.position });
    this.#changed(work);
  }

  revoking(lease: PartitionLease, deadlineMs: number): void {
    const work = this.#works.get(lease);
    if (!work) lease.release();
    else if (!work.closing) void this.#handOver(work, deadlineMs - abortTimeoutMs - lastCommitsTimeoutMs);
  }

  deleted(lease: PartitionLease, from: number, to: number): void {
    if (this.#works.has(lease)) this.#tellDeleted(lease, to - from);
  }

  /** Gives up on what is to be parked and is not being called just now. */
  park(): void {
    for (const queue of new Set(Array.from(this.#works.keys(), (lease) => this.#queues.of(lease))))
      this.#queue.reconsider(queue, (held) => this.#parkIfDue(held));
  }

  revoked(lease: PartitionLease): void {
    this.#refused.delete(lease);
    const work = this.#works.get(lease);
    if (!work) return;
    this.#works.delete(lease);
    this.#close(work);
    this.#backPressure.forget(lease);
    this.#turns.cut(work, lostToAnother());
  }

  #begin(lease: PartitionLease, start: number, committed: Commit | undefined): void {
    const work = new LeaseWork({ lease, start, committed, log: this.#ports.log });
    this.#works.set(lease, work);
    this.#backPressure.granted(lease);
    lease.readFrom(start);
    this.#changed(work);
  }

  /** What lies at the committed offset is not what lay there: the topic was deleted and made again, and has grown since. */
  #readAnew(lease: PartitionLease): void {
    this.#log.readAnew(lease, 'another record lies at the commit');
    this.#begin(lease, lease.logStart, undefined);
  }

  #accept(work: LeaseWork, queue: PartitionQueue<HeldRecord>, record: KafkaRecord): 'another-log' | void {
    const delivered = work.tracker.deliver(record);
    if (delivered === 'another-log') return delivered;
    // Held or done already; a topic that begins again comes under a new lease.
    if (delivered === 'known') return this.#log.redelivered(record);
    if (delivered === 'done') return this.#ports.ended(record, 'skipped');
    const origin = this.#replays.originOf(record);
    const delivery = this.#ports.deliveryOf(origin);
    if (!delivery) return this.#skip(work, delivered);
    const bytes = recordBytes(record);
    this.#backPressure.add(work.lease, bytes);
    const held = { work, unfinished: delivered, delivery, bytes };
    this.#parkIfDue(held);
    this.#queue.push(queue, this.#laneKeyOf(origin), held);
  }

  #tellDeleted(lease: PartitionLease, records: number): void {
    if (records > 0) this.#ports.deleted?.(lease, records);
  }

  #parkIfDue({ delivery, unfinished: { record } }: HeldRecord): void {
    if (!delivery.needsTarget || !this.#ports.isParked?.(record)) return;
    delivery.giveUp(retentionNear(record));
  }

  #skip(work: LeaseWork, unfinished: Unfinished): void {
    work.tracker.finish(unfinished);
    this.#ports.ended(unfinished.record, 'skipped');
  }

  /** An outcome under a lease that has ended counts for nothing. */
  #finished({ work, unfinished, bytes }: HeldRecord, outcome: Outcome): void {
    if (work.ended) return;
    work.tracker.finish(unfinished);
    this.#commits.finished();
    this.#backPressure.remove(work.lease, bytes);
    this.#ports.ended(unfinished.record, outcome);
  }

  /** Something is to be committed, or less can be written down of it than before. */
  #changed(work: LeaseWork): void {
    this.#backPressure.stopTaking(work.lease, work.closing || work.tracker.nearlyFull);
    if (work.dirty) this.#commits.due();
  }

  /** Resolves to false where a commit has to be repeated. */
  async #commitDirty(): Promise<boolean> {
    const dirty = [...this.#works.values()].filter((work) => work.dirty);
    await Promise.all(dirty.map((work) => this.#commit(work)));
    return !dirty.some((work) => work.failing && !work.ended);
  }

  async #commit(work: LeaseWork): Promise<void> {
    await work.commit();
    if (work.ended) this.revoked(work.lease);
    else if (work.dirty) this.#commits.due();
  }

  /** Ends what is underway under a lease in the time that is left, commits it, and lets the lease go. */
  async #handOver(work: LeaseWork, drainMs: number): Promise<void> {
    const { clock } = this.#ports;
    this.#close(work);
    this.#backPressure.stopTaking(work.lease, true);
    await settledWithin(work.idle(), drainMs, clock);
    this.#turns.cut(work, cutOffSince(this.#stopping ? 'the service stops' : 'its partition goes to another member'));
    await settledWithin(work.idle(), abortTimeoutMs, clock);
    await settledWithin(work.commitAll(commitDelayMs, clock), lastCommitsTimeoutMs, clock);
    work.lease.release();
  }

  /** Nothing new begins under this lease. What is queued goes to the next owner. */
  #close(work: LeaseWork): void {
    if (work.closing) return;
    work.closing = true;
    const queue = this.#queues.of(work.lease);
    if (this.#isShared(queue, work)) return this.#queue.discardOnly(queue, (held) => held.work === work);
    queue.discard();
  }

  /** A partition and that of its replays have one queue, and may go one without the other. */
  #isShared(queue: PartitionQueue<HeldRecord>, work: LeaseWork): boolean {
    return [...this.#works.values()].some((each) => each !== work && this.#queues.of(each.lease) === queue);
  }

  #crowded(lease: PartitionLease): void {
    const work = this.#works.get(lease);
    if (!work || this.#options.overflow === 'pause' || this.#ports.gate.isProbing()) return;
    const giveUp = ({ delivery, unfinished }: HeldRecord) => delivery.giveUp(keyOverflow(unfinished.record));
    this.#queue.setAside(this.#queues.of(lease), giveUp);
  }
}
