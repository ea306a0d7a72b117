import type { Logger } from '@millrace/telemetry';
import { ArrivalTimes } from './arrival-times.ts';
import type { Clock } from '../ports/clock.ts';
import { detachRecord } from './detach-record.ts';
import { OffsetTracker } from '../offsets/offset-tracker.ts';
import { RecentBytes } from './recent-bytes.ts';
import type { KafkaRecord } from '../ports/record.ts';
import type { Commit, PartitionLease } from '../ports/record-source.ts';
import { ServiceError } from '../errors/service-error.ts';

export interface LeaseWorkOptions {
  readonly lease: PartitionLease;
  /** The first offset to be delivered. */
  readonly start: number;
  /** What the group stored there; undefined where that is of no worth, and `start` needs a commit of its own. */
  readonly committed: Commit | undefined;
  readonly log: Logger;
}

const mostTries = 4;

/** What is underway under one lease: its turns, what of it is finished, and what of that is committed. */
export class LeaseWork {
  readonly lease: PartitionLease;
  readonly tracker: OffsetTracker;
  readonly arrivals = new ArrivalTimes();
  /** True from the moment when nothing new may begin. */
  closing = false;
  readonly #log: Logger;
  readonly #recent = new RecentBytes();
  /** Of the tracker, as of the last commit; -1 where there is none to build on. */
  #committedChanges: number;
  #committedOffset: number;
  #commit: Promise<void> | undefined;
  #turns = 0;
  readonly #whenIdle: (() => void)[] = [];
  #failing = false;
  #lost = false;

  constructor({ lease, start, committed, log }: LeaseWorkOptions) {
    this.lease = lease;
    this.#log = log.child({ topic: lease.topic, partition: lease.partition });
    this.tracker = new OffsetTracker({
      log: lease.logId,
      start,
      committed,
      dropped: (why) => this.#log.warn({ why, offset: start }, 'offset map not believed; what it says is called again'),
    });
    this.#committedOffset = start;
    this.#committedChanges = committed?.offset === start ? this.tracker.changes : -1;
  }

  /** True once the partition is another member's: nothing may start, nothing counts. */
  get ended(): boolean {
    return this.#lost || this.lease.signal.aborted;
  }

  /** How many turns are running. */
  get running(): number {
    return this.#turns;
  }

  /** The first offset that is not committed. */
  get committed(): number {
    return this.#committedOffset;
  }

  /** True while something is finished and not committed. */
  get dirty(): boolean {
    return this.tracker.changes !== this.#committedChanges;
  }

  /** True while the last commit was not confirmed. */
  get failing(): boolean {
    return this.#failing;
  }

  /** Notes what was delivered. A record that is unfinished when `mostBytes` have come after it lets go of what it came in. */
  delivered(records: readonly KafkaRecord[], to: number, mostBytes: number): void {
    const bytes = records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
    const below = this.#recent.note({ to, bytes }, mostBytes);
    if (below !== undefined) for (const record of this.tracker.unfinishedBelow(below)) detachRecord(record);
  }

  turnStarted(): void {
    this.#turns++;
  }

  turnEnded(): void {
    this.#turns--;
    if (this.#turns === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  /** Resolves once no turn is running. */
  idle(): Promise<void> {
    if (this.#turns === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  /**
   * Commits what is finished, or joins the commit in flight, which may know less. Where it was not confirmed the work stays
   * {@link dirty} and is {@link failing}, or has {@link ended}. Never rejects.
   */
  commit(): Promise<void> {
    this.#commit ??= this.#commitFinished().finally(() => {
      this.#commit = undefined;
    });
    return this.#commit;
  }

  /**
   * Commits all that is finished. Twice at once, since the first may join a commit in flight that knows less; then
   * `pauseMs` apart while it fails, a few times. Never rejects.
   */
  async commitAll(pauseMs: number, clock: Clock): Promise<void> {
    for (let tries = 0; tries < mostTries && this.dirty && !this.ended; tries++) {
      if (tries > 1) await new Promise<void>((resolve) => clock.after(pauseMs, resolve));
      await this.commit();
    }
  }

  async #commitFinished(): Promise<void> {
    if (!this.dirty) return;
    const { changes } = this.tracker;
    const commit = this.tracker.commit();
    try {
      await this.lease.commit(commit);
      this.#committedChanges = changes;
      this.#committedOffset = commit.offset;
      this.#failing = false;
    } catch (error) {
      this.#commitFailed(ServiceError.from(error));
    }
  }

  /** One line per row of failures: commits are repeated several times a second. */
  #commitFailed({ code, message }: ServiceError): void {
    this.#lost ||= code === 'LEASE_LOST';
    const level = this.#failing || this.#lost ? 'debug' : 'warn';
    this.#log[level]({ code, message }, 'commit failed');
    this.#failing = true;
  }
}
