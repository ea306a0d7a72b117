import type { GroupLease } from '@millrace/messaging/membership';

interface Seen {
  readonly next: number;
  readonly sinceMs: number;
}

/** Partitions of which nothing comes, although there is something and their consumer wants it. */
export class StuckLeases {
  readonly #seen = new Map<GroupLease, Seen>();

  /** To be asked from time to time: those among `leases`, and for how long. */
  look(leases: readonly GroupLease[], nowMs: number): readonly { readonly lease: GroupLease; readonly ms: number }[] {
    for (const lease of this.#seen.keys()) if (!leases.includes(lease)) this.#seen.delete(lease);
    return leases.flatMap((lease) => {
      const { next } = lease;
      if (!lease.flowing || next === undefined || lease.endOffset <= next) this.#seen.delete(lease);
      else if (this.#seen.get(lease)?.next !== next) this.#seen.set(lease, { next, sinceMs: nowMs });
      const seen = this.#seen.get(lease);
      return seen ? [{ lease, ms: nowMs - seen.sinceMs }] : [];
    });
  }
}
