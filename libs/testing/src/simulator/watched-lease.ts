import type { Clock, Commit, PartitionLease } from '@millrace/messaging';

/** Before a partition is let go; a commit that was underway or failed then may be why something is not persisted. */
const shortlyBeforeMs = 1_000;

/** A lease that knows how its commits fared. */
export class WatchedLease implements PartitionLease {
  readonly #lease: PartitionLease;
  readonly #clock: Clock;
  readonly #released: (lease: WatchedLease) => void;
  /** When those were sent that are not answered yet. */
  readonly #underway = new Set<{ readonly sentMs: number }>();
  #lateMs = -Infinity;

  constructor(lease: PartitionLease, clock: Clock, released: (lease: WatchedLease) => void) {
    this.#lease = lease;
    this.#clock = clock;
    this.#released = released;
  }

  get topic(): string {
    return this.#lease.topic;
  }

  get partition(): number {
    return this.#lease.partition;
  }

  get epoch(): number {
    return this.#lease.epoch;
  }

  get committed(): Commit | undefined {
    return this.#lease.committed;
  }

  get logStart(): number {
    return this.#lease.logStart;
  }

  get logId(): string {
    return this.#lease.logId;
  }

  get logEnd(): number {
    return this.#lease.logEnd;
  }

  get signal(): AbortSignal {
    return this.#lease.signal;
  }

  /** Whether a commit of the last moments has failed, was slow, or has not been answered. */
  get unconfirmed(): boolean {
    const nowMs = this.#clock.mark();
    const waiting = [...this.#underway].some(({ sentMs }) => sentMs < nowMs);
    return waiting || nowMs - this.#lateMs <= shortlyBeforeMs;
  }

  readFrom(offset: number): void {
    this.#lease.readFrom(offset);
  }

  async commit(commit: Commit): Promise<void> {
    const sent = { sentMs: this.#clock.mark() };
    this.#underway.add(sent);
    try {
      await this.#lease.commit(commit);
      if (this.#clock.mark() - sent.sentMs > shortlyBeforeMs / 4) this.#lateMs = this.#clock.mark();
    } catch (error) {
      this.#lateMs = this.#clock.mark();
      throw error;
    } finally {
      this.#underway.delete(sent);
    }
  }

  release(): void {
    this.#released(this);
    this.#lease.release();
  }

  pause(): void {
    this.#lease.pause();
  }

  resume(): void {
    this.#lease.resume();
  }
}
