import type { Delivery } from './delivery.ts';
import type { LeaseWork } from './lease-work.ts';
import type { Unfinished } from '../offsets/offset-tracker.ts';

/** A record in memory, from its arrival to its outcome. */
export interface HeldRecord {
  readonly work: LeaseWork;
  readonly unfinished: Unfinished;
  readonly delivery: Delivery;
  readonly bytes: number;
}
