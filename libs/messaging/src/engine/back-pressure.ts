import type { PartitionLease } from '../ports/record-source.ts';

/** What may be held: queued, being called, or waiting for a retry; of all partitions together, and of any one. */
export interface HeldLimits {
  readonly records: number;
  readonly bytes: number;
  readonly recordsPerPartition: number;
  readonly bytesPerPartition: number;
}

export interface BackPressureOptions {
  readonly limits: HeldLimits;
  /** A partition holds nearly what it may, or is paused for that: it may be told so often. */
  readonly crowded: (lease: PartitionLease) => void;
}

/** At so much of the limits a partition is crowded: what keeps it so may then be dealt with before it has to be paused. */
const crowdedAt = 3 / 4;

interface Held {
  records: number;
  bytes: number;
}

/** What is held under one lease, and why it is paused. */
export interface LeaseHeld extends Held {
  readonly lease: PartitionLease;
  /** Paused for what is held. */
  paused: boolean;
  /** Paused since nothing more could be written down of what is finished. */
  stopped: boolean;
}

/**
 * Bounds what is held in memory; past the limits Kafka is the buffer. A partition is paused at its own limit, and when all
 * of them together reach theirs and it holds its fair share of that: the one in which a key is stuck, not one that happens
 * to bring the next record. While there is room, any single partition may use all that it may hold.
 *
 * So the sum stays below twice the limits, plus what comes together with the record at which a partition is paused. A paused partition goes
 * on at half its share, when all together are down to half, or when there is nothing left to do but wait.
 */
export class BackPressure {
  readonly #limits: HeldLimits;
  readonly #crowded: (lease: PartitionLease) => void;
  readonly #leases = new Map<PartitionLease, LeaseHeld>();
  readonly #paused = new Set<LeaseHeld>();
  readonly #total: Held = { records: 0, bytes: 0 };

  constructor({ limits, crowded }: BackPressureOptions) {
    this.#limits = limits;
    this.#crowded = crowded;
  }

  /** Records held over all partitions. */
  get records(): number {
    return this.#total.records;
  }

  get bytes(): number {
    return this.#total.bytes;
  }

  of(lease: PartitionLease): Readonly<LeaseHeld> | undefined {
    return this.#leases.get(lease);
  }

  granted(lease: PartitionLease): void {
    this.#leases.set(lease, { lease, paused: false, stopped: false, records: 0, bytes: 0 });
  }

  /** Lets no more of `lease` in, or as much as is allowed again, whatever is held. */
  stopTaking(lease: PartitionLease, stopped: boolean): void {
    const held = this.#leases.get(lease);
    if (!held || held.stopped === stopped) return;
    held.stopped = stopped;
    if (held.paused) return;
    if (stopped) lease.pause();
    else lease.resume();
  }

  add(lease: PartitionLease, bytes: number): void {
    const held = this.#leases.get(lease);
    if (!held) return;
    change(held, { records: 1, bytes });
    change(this.#total, { records: 1, bytes });
    if (held.paused || !this.#holds(crowdedAt, held)) return;
    if (this.#holds(1, held)) this.#pause(held);
    this.#crowded(lease);
  }

  remove(lease: PartitionLease, bytes: number): void {
    const held = this.#leases.get(lease);
    if (!held) return;
    change(held, { records: -1, bytes: -bytes });
    change(this.#total, { records: -1, bytes: -bytes });
    if (this.#paused.size === 0) return;
    if (held.paused && this.#load(held) <= this.#share / 2 && this.#ownLoad(held) <= 0.5) this.#resume(held);
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
   * more than half of the limit. A tenth must be free, lest it is paused again with the next record; where it is not, the
   * partition is called crowded once more.
   */
  relieve(): void {
    if (this.#paused.size === 0) return;
    if (this.#load(this.#total) <= 0.9) this.#resumeUpTo(0.9);
    for (const { lease } of this.#paused) this.#crowded(lease);
  }

  /** Whether so much of what it may, 1 for all. */
  #holds(part: number, held: LeaseHeld): boolean {
    return this.#ownLoad(held) >= part || (this.#load(this.#total) >= part && this.#load(held) >= part * this.#share);
  }

  get #share(): number {
    return 1 / this.#leases.size;
  }

  /** 1 at the limit. */
  #load({ records, bytes }: Held): number {
    return Math.max(records / this.#limits.records, bytes / this.#limits.bytes);
  }

  /** Of what one partition may hold. */
  #ownLoad({ records, bytes }: Held): number {
    return Math.max(records / this.#limits.recordsPerPartition, bytes / this.#limits.bytesPerPartition);
  }

  #resumeAtHalf(): void {
    if (this.#paused.size > 0 && this.#load(this.#total) <= 0.5) this.#resumeUpTo(0.5);
  }

  #resumeUpTo(ownLoad: number): void {
    // A source may deliver within `resume` and be paused again: that one's turn is over.
    const paused = [...this.#paused];
    for (const held of paused) if (this.#ownLoad(held) <= ownLoad) this.#resume(held);
  }

  #pause(held: LeaseHeld): void {
    held.paused = true;
    this.#paused.add(held);
    held.lease.pause();
  }

  #resume(held: LeaseHeld): void {
    held.paused = false;
    this.#paused.delete(held);
    if (!held.stopped) held.lease.resume();
  }
}

function change(held: Held, { records, bytes }: Held): void {
  held.records += records;
  held.bytes += bytes;
}
