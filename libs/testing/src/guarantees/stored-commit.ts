import { type Finished, finishedIn, isWithin } from './finished.ts';
import type { PartitionLog, TrackedRecord } from './partition-log.ts';
import type { RunEventOf } from './run-event.ts';
import type { TrackedLease } from './tracked-lease.ts';

/** What a member has stored for the group. */
export class StoredCommit {
  readonly event: RunEventOf<'committed'>;
  /** The one it was sent under; undefined where its member never held the partition. */
  readonly lease: TrackedLease | undefined;
  readonly finished: Finished;
  /** The log it is about; undefined where that is in doubt. */
  readonly log: PartitionLog | undefined;

  constructor(event: RunEventOf<'committed'>, lease: TrackedLease | undefined) {
    this.event = event;
    this.lease = lease;
    this.finished = finishedIn(event);
    this.log = lease?.log;
  }

  /** Whether the next lease may not call `record`, of the same log, again. */
  settles({ offset }: TrackedRecord): boolean {
    const { below, beyond } = this.finished;
    return offset < below || (isWithin(beyond, offset) && this.mapStands);
  }

  /** A map is proved right by the record at its base; once that is gone, nobody need believe it. */
  get mapStands(): boolean {
    return this.log?.recordAt(this.finished.below)?.gone === false;
  }
}
