import { Guarantee } from './guarantee.ts';
import type { RunEvent, RunEventOf } from './run-event.ts';
import type { TrackedCall } from './tracked-call.ts';

/** No two calls of a key at once. */
export class OneAtATime extends Guarantee {
  readonly name = 'one at a time per key';
  readonly definition =
    'At any time at most one call of a key runs within the group, begun by a member that holds the partition; what a member ' +
    'left running that died, stood still past its session, or has told it to stop does not count for others.';

  watch(event: RunEvent): void {
    if (event.kind !== 'call-started') return;
    const call = this.history.call(event.call);
    if (!call.lease) this.#startedWithoutLease(event, call);
    for (const other of this.history.runningIn(call.record.lane))
      if (this.#overlaps(other, call)) this.#overlap(other, call);
  }

  /** Within one process a call runs until it has ended; to others it is over once it was told to end. */
  #overlaps(other: TrackedCall, call: TrackedCall): boolean {
    if (other === call) return false;
    const [one, two] = [other.started.member, call.started.member];
    if (one === two) return true;
    return !other.aborted && !this.history.isExcused(one) && !this.history.isExcused(two);
  }

  #overlap(other: TrackedCall, call: TrackedCall): void {
    const what =
      `${call.started.member} called ${call.record.toString()} ` +
      `while ${other.started.member} had a call of ${other.record === call.record ? 'it' : other.record.toString()} running`;
    this.violated(what, other.lease?.granted, other.started, call.lease?.granted, call.started);
  }

  #startedWithoutLease(event: RunEventOf<'call-started'>, { record }: TrackedCall): void {
    const lease = this.history.partition(record.appended.record).leaseOf(event.member);
    const what = `${event.member} called ${record.toString()} without holding the partition`;
    this.violated(what, record.appended, lease?.granted, lease?.ended, event);
  }
}
