import type { LeaseHeld } from './back-pressure.ts';
import type { HeldRecord } from './held-record.ts';
import type { LeaseWork } from './lease-work.ts';
import type { PartitionQueue } from './partition-queue.ts';
import type { PartitionLease } from '../ports/record-source.ts';

/** What is underway under one lease, as of one moment. */
export interface LeaseState {
  readonly lease: PartitionLease;
  /** Nothing new begins: the partition goes to another member, or the service stops. */
  readonly closing: boolean;
  /** Paused, since it holds what it may. */
  readonly full: boolean;
  /** Paused, since no more could be written down of what is finished. */
  readonly mapFull: boolean;
  /** The first offset that is not committed. */
  readonly committed: number;
  /** The first offset that was not delivered. */
  readonly next: number;
  readonly heldRecords: number;
  readonly heldBytes: number;
  readonly running: number;
  /** Records that wait for their next attempt. */
  readonly retrying: number;
  /** Offsets from `committed` on that are finished. */
  readonly finishedBeyond: number;
  /** Length of the offset map, of 4,088 characters. */
  readonly mapChars: number;
  /** The oldest record without an outcome. */
  readonly oldest: OldestUnfinished | undefined;
}

/** A record by its place: neither key nor content. */
export interface OldestUnfinished {
  readonly offset: number;
  readonly timestampMs: number;
  /** When it was delivered, by the clock's mark. */
  readonly deliveredMark: number | undefined;
}

/** Takes time by what is held, so it is for those who ask every few seconds. */
export function leaseState(
  work: LeaseWork,
  held: LeaseHeld | undefined,
  queue: Pick<PartitionQueue<HeldRecord>, 'retrying'>,
): LeaseState {
  const { lease, closing, tracker, committed, running, arrivals } = work;
  const { first } = tracker;
  return {
    lease,
    closing,
    full: held?.paused ?? false,
    mapFull: !closing && (held?.stopped ?? false),
    committed,
    next: tracker.next,
    heldRecords: held?.records ?? 0,
    heldBytes: held?.bytes ?? 0,
    running,
    retrying: queue.retrying((each) => each.work === work),
    finishedBeyond: tracker.finishedBeyond(committed),
    mapChars: tracker.commit().metadata.length,
    oldest: first && {
      offset: first.offset,
      timestampMs: first.timestampMs,
      deliveredMark: arrivals.of(first.offset),
    },
  };
}
