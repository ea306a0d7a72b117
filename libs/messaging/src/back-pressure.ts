import type { PartitionLease } from './record-source.ts';

/** What may be held: queued, being called, or waiting for a retry. */
export interface HeldLimits {
  readonly records: number;
  readonly bytes: number;
}

interface Held {
  records: number;
  bytes: number;
}

interface LeaseHeld extends Held {
  readonly lease: PartitionLease;
  paused: boolean;
}

/**
 * Bounds what is held in memory; past the limits Kafka is the buffer. A partition is paused when all of them together
 * reach a limit and it holds its fair share of it: the one in which a key is stuck, not one that happens to bring the next
 * record. While there is room, any single partition may use all of it.
 *
 * So the sum stays below twice the limits, plus what was on its way when the pause was asked for. A paused partition goes
 * on at half its share, when all together are down to half, or when there is nothing left to do but wait.
 */
export class BackPressure {
  readonly #limits: HeldLimits;
  readonly #leases = new Map<PartitionLease, LeaseHeld>();
  readonly #paused = new Set<LeaseHeld>();
  readonly #total: Held = { records: 0, bytes: 0 };

  constructor(limits: HeldLimits) {
    this.#limits = limits;
  }

  /** Records held over all partitions. */
  get records(): number {
    return this.#total.records;
  }

  granted(lease: PartitionLease): void {
    this.#leases.set(lease, { lease, paused: false, records: 0, bytes: 0 });
  }

  add(lease: PartitionLease, bytes: number): void {
    const held = this.#leases.get(lease);
    if (!held) return;
    change(held, { records: 1, bytes });
    change(this.#total, { records: 1, bytes });
    if (!held.paused && this.#load(this.#total) >= 1 && this.#load(held) >= this.#share) this.#pause(held);
  }

  remove(lease: PartitionLease, bytes: number): void {
    const held = this.#leases.get(lease);
    if (!held) return;
    change(held, { records: -1, bytes: -bytes });
    change(this.#total, { records: -1, bytes: -bytes });
    if (held.paused && this.#load(held) <= this.#share / 2) this.#resume(held);
    this.#resumeAtHalf();
  }

  /** Nothing of `lease` is held any more. */
  forget(lease: PartitionLease): void {
    const held = this.#leases.get(lease);
    if (!held) return;
    this.#leases.delete(lease);
    this.#paused.delete(held);
    change(this.#total, { records: -held.records, bytes: -held.bytes });
    this.#resumeAtHalf();
  }

  /**
   * Lets in more, since there is nothing to do but wait: else a partition would stand still for as long as stuck keys hold
   * more than half of the limit. A tenth must be free, lest it is paused again with the next record.
   */
  relieve(): void {
    if (this.#paused.size > 0 && this.#load(this.#total) <= 0.9) this.#resumeAll();
  }

  get #share(): number {
    return 1 / this.#leases.size;
  }

  /** 1 at the limit. */
  #load({ records, bytes }: Held): number {
    return Math.max(records / this.#limits.records, bytes / this.#limits.bytes);
  }

  #resumeAtHalf(): void {
    if (this.#paused.size > 0 && this.#load(this.#total) <= 0.5) this.#resumeAll();
  }

  #resumeAll(): void {
    // A source may deliver within `resume` and be paused again: that one's turn is over.
    const paused = [...this.#paused];
    for (const held of paused) this.#resume(held);
  }

  #pause(held: LeaseHeld): void {
    held.paused = true;
    this.#paused.add(held);
    held.lease.pause();
  }

  #resume(held: LeaseHeld): void {
    held.paused = false;
    this.#paused.delete(held);
    held.lease.resume();
  }
}

function change(held: Held, { records, bytes }: Held): void {
  held.records += records;
  held.bytes += bytes;
}
