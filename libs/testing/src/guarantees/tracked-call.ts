import type { RunEventOf } from './run-event.ts';
import type { TrackedLease } from './tracked-lease.ts';
import type { TrackedRecord } from './partition-log.ts';

/** One attempt at a record. */
export class TrackedCall {
  readonly started: RunEventOf<'call-started'>;
  readonly record: TrackedRecord;
  /** The one it began under; undefined where its member held none. */
  readonly lease: TrackedLease | undefined;
  aborted: RunEventOf<'call-aborted'> | undefined;

  constructor(started: RunEventOf<'call-started'>, record: TrackedRecord, lease: TrackedLease | undefined) {
    this.started = started;
    this.record = record;
    this.lease = lease;
  }
}
