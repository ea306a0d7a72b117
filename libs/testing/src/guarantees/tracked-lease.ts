import { type Finished, finishedIn, isFinished } from './finished.ts';
import type { PartitionLog, TrackedRecord } from './partition-log.ts';
import type { RunEvent, RunEventOf } from './run-event.ts';

/** A partition while a member holds it. */
export class TrackedLease {
  readonly granted: RunEventOf<'granted'>;
  /** What it begins with at most; a member that believes less calls again more than it must. */
  readonly inherited: Finished;
  /** Why it is over: it was lost, or its member is no more. */
  ended: RunEvent | undefined;
  /** Who was granted the partition after that. */
  successor: RunEventOf<'granted'> | undefined;
  /**
   * The log its commits are about; undefined while in doubt: where a topic was made anew, a member may go on for a while with
   * what it knows of the log before, so only the records it has handled tell.
   */
  log: PartitionLog | undefined;

  constructor(granted: RunEventOf<'granted'>, log: PartitionLog) {
    this.granted = granted;
    this.inherited = finishedIn(granted.committed);
    this.log = log.ordinal === 0 ? log : undefined;
  }

  get member(): string {
    return this.granted.member;
  }

  /** It has to do with a record of `log`. */
  handles(log: PartitionLog): void {
    if (!this.log || log.ordinal > this.log.ordinal) this.log = log;
  }

  /** Whether a record is done, as far as this lease can know. */
  knowsDone(record: TrackedRecord): boolean {
    if (record.gone || isFinished(this.inherited, record.offset)) return true;
    return record.outcomeUnder(this.granted) !== undefined;
  }
}
