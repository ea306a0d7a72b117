import { PartitionLog } from './partition-log.ts';
import type { RunEventOf } from './run-event.ts';
import type { StoredCommit } from './stored-commit.ts';
import { TrackedLease } from './tracked-lease.ts';

/** A partition, its log as of now, who has held it, and what the group has stored of it. */
export class TrackedPartition {
  /** What a member stored last; undefined where somebody else has set it since. */
  stored: StoredCommit | undefined;
  /** What that took the place of. */
  storedBefore: StoredCommit | undefined;
  #log = new PartitionLog(0);
  readonly #leases = new Map<string, TrackedLease[]>();

  get log(): PartitionLog {
    return this.#log;
  }

  /** The last lease of `member`, or the one of that epoch. */
  leaseOf(member: string, epoch?: number): TrackedLease | undefined {
    const leases = this.#leases.get(member);
    return epoch === undefined ? leases?.at(-1) : leases?.findLast(({ granted }) => granted.epoch === epoch);
  }

  /** What must not be called again under `lease`. What its own member stored late, when it began, it need not have seen. */
  toHonour({ member, committed }: RunEventOf<'granted'>): StoredCommit | undefined {
    if (!this.stored || this.stored.log !== this.#log) return undefined;
    const { event } = this.stored;
    const seen = event.offset === committed?.offset && event.metadata === committed.metadata;
    return seen || event.member !== member ? this.stored : undefined;
  }

  /** The lease under which `member` does something now. */
  heldBy(member: string): TrackedLease | undefined {
    const lease = this.leaseOf(member);
    return lease?.ended ? undefined : lease;
  }

  grant(granted: RunEventOf<'granted'>): void {
    const leases = this.#leases.get(granted.member) ?? [];
    const before = leases.at(-1);
    if (before) before.ended ??= granted;
    for (const lease of this.#lastLeases()) if (lease.ended) lease.successor ??= granted;
    leases.push(new TrackedLease(granted, this.#log));
    this.#leases.set(granted.member, leases);
  }

  store(commit: StoredCommit | undefined): void {
    this.storedBefore = this.stored;
    this.stored = commit;
  }

  startLog(event: RunEventOf<'log-started'>): void {
    this.#log.ended = event;
    this.#log = new PartitionLog(this.#log.ordinal + 1);
  }

  *#lastLeases(): Generator<TrackedLease, void> {
    for (const leases of this.#leases.values()) {
      const lease = leases.at(-1);
      if (lease) yield lease;
    }
  }
}
