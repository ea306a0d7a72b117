import { setImmediate as settled } from 'node:timers/promises';
import {
  type KafkaRecord,
  type PartitionLease,
  type RecordSink,
  type RecordSource,
  ServiceError,
} from '@millrace/messaging';
import { seededRandom, VirtualClock } from '@millrace/messaging/testing';
import type { StoredCommit } from './broker-watch.ts';
import { InMemoryBroker, type InMemoryBrokerOptions } from './in-memory-broker.ts';
import { type GroupSourceSettings, inMemoryGroupSource } from './in-memory-group-source.ts';
import { MemberProcess } from './member-process.ts';

/** What a member was told, in order, and its leases. It begins at the commit, or at the oldest record. */
export class ToldSink implements RecordSink {
  readonly told: string[] = [];
  readonly leases: PartitionLease[] = [];
  /** By partition. */
  readonly offsets: number[][] = [];
  /** What the last batch covered, by partition. */
  readonly coveredTo: number[] = [];
  /** Whether it lets go at once of what it is to give away. */
  releases = true;
  /** Whether it says where to begin. */
  reads = true;

  granted(lease: PartitionLease): void {
    this.told.push(`granted ${lease.partition}`);
    this.leases.push(lease);
    if (!this.reads) return;
    const { committed, logStart, logEnd } = lease;
    lease.readFrom(committed && committed.offset <= logEnd ? Math.max(committed.offset, logStart) : logStart);
  }

  records({ partition }: PartitionLease, records: readonly KafkaRecord[], coveredTo: number): void {
    this.coveredTo[partition] = coveredTo;
    (this.offsets[partition] ??= []).push(...records.map(({ offset }) => offset));
  }

  revoking(lease: PartitionLease): void {
    this.told.push(`revoking ${lease.partition}`);
    if (this.releases) lease.release();
  }

  revoked({ partition }: PartitionLease): void {
    this.told.push(`revoked ${partition}`);
  }

  /** The newest lease of a partition. */
  lease(partition = 0): PartitionLease {
    const lease = this.leases.findLast((each) => each.partition === partition);
    if (!lease) throw new Error(`partition ${partition} was never granted`);
    return lease;
  }

  /** Partitions that it may work on, in order. */
  get owned(): readonly number[] {
    const alive = this.leases.filter(({ signal }) => !signal.aborted);
    return alive.map(({ partition }) => partition).toSorted((a, b) => a - b);
  }
}

export interface SceneMember {
  readonly process: MemberProcess;
  readonly source: RecordSource;
  readonly sink: ToldSink;
}

export const topic = 'orders';
export const group = 'billing';

/** A broker with one topic, members of one group, and time that goes on only when it is told to. */
export class Scene {
  readonly clock = new VirtualClock(0);
  readonly broker: InMemoryBroker;
  readonly stored: StoredCommit[] = [];
  readonly gone: string[] = [];

  constructor(partitions = 1, options: Partial<InMemoryBrokerOptions> = {}) {
    this.broker = new InMemoryBroker({
      clock: this.clock,
      random: seededRandom(1),
      latencyMs: () => 2,
      ...options,
      watch: {
        committed: (commit) => this.stored.push(commit),
        memberGone: (member, why) => this.gone.push(`${member}: ${why}`),
      },
    });
    this.broker.createTopic(topic, partitions);
  }

  append(count: number, partition = 0): void {
    for (let index = 0; index < count; index++)
      this.broker.append({ topic, partition }, { key: null, value: null, headers: {} });
  }

  /** A member that has begun to join. */
  member(name: string, settings: Partial<GroupSourceSettings> = {}): SceneMember {
    const process = new MemberProcess(name, this.clock);
    const source = inMemoryGroupSource(this.broker, { process, ...settings })({ group, topics: [topic] });
    const sink = new ToldSink();
    void source.start(sink);
    return { process, source, sink };
  }

  /** Lets all happen that happens within `ms`. */
  async pass(ms: number): Promise<void> {
    const reached = { it: false };
    this.clock.after(ms, () => (reached.it = true));
    await this.until(() => reached.it);
  }

  /** Lets time go on until `promise` has settled, see {@link endingOf}. */
  async ending(promise: Promise<unknown>): Promise<string> {
    const ended: { as?: string } = {};
    void endingOf(promise).then((as) => (ended.as = as));
    await this.until(() => ended.as !== undefined);
    return ended.as ?? '';
  }

  /** Lets time go on until it is so; throws where it never is. */
  async until(condition: () => boolean): Promise<void> {
    for (;;) {
      await settled();
      if (condition()) return;
      if (!this.clock.next() || this.clock.mark() > 3_600_000)
        throw new Error(`it never came to this: ${String(condition)}`);
    }
  }
}

/** What a promise came to, errors by their code. It lets no time pass. */
export function endingOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    (value) => (typeof value === 'string' ? value : 'done'),
    (error: unknown) => ServiceError.from(error).code,
  );
}
