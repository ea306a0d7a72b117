import { Guarantee } from './guarantee.ts';
import { firstFrom, type Lane, type TrackedRecord } from './partition-log.ts';
import type { RunEvent, RunEventOf } from './run-event.ts';
import type { TrackedLease } from './tracked-lease.ts';

interface LastCall {
  readonly event: RunEventOf<'call-started'>;
  readonly lease: TrackedLease;
}

/** What happens first is told first. */
export class OrderPerKey extends Guarantee {
  readonly name = 'order per key';
  readonly definition =
    'A record is called only after every earlier one of its key has its outcome, retries included, and a key is called by ' +
    'another member only when the one before is gone or has lost the partition.';
  /** How many records at the start of a lane are done, as far as a lease knows; it only grows. */
  readonly #done = new Map<TrackedLease, Map<Lane, number>>();
  readonly #lastCalls = new Map<Lane, LastCall>();

  watch(event: RunEvent): void {
    if (event.kind !== 'call-started') return;
    const record = this.history.record(event.id);
    const lease = this.history.leaseNow(event.member, record);
    if (!lease) return;
    this.#judgeOrder(event, record, lease);
    if (!this.history.isExcused(event.member)) this.#judgeMove(event, record, lease);
  }

  #judgeOrder(event: RunEventOf<'call-started'>, record: TrackedRecord, lease: TrackedLease): void {
    const first = this.#firstUndone(record, lease);
    if (!first || first.index >= record.index) return;
    const what = `${event.member} called ${record.toString()} before ${first.toString()} of the same key had its outcome`;
    const outcomes = first.outcomes.map((outcome) => outcome.event);
    this.violated(what, first.appended, record.appended, ...outcomes, lease.granted, event);
  }

  #firstUndone({ lane }: TrackedRecord, lease: TrackedLease): TrackedRecord | undefined {
    const counts = this.#done.get(lease) ?? new Map<Lane, number>();
    this.#done.set(lease, counts);
    let index = counts.get(lane) ?? firstFrom(lane, lease.inherited.below);
    for (let next = lane[index]; next && lease.knowsDone(next); next = lane[index]) index++;
    counts.set(lane, index);
    return lane[index];
  }

  #judgeMove(event: RunEventOf<'call-started'>, record: TrackedRecord, lease: TrackedLease): void {
    const last = this.#lastCalls.get(record.lane);
    this.#lastCalls.set(record.lane, { event, lease });
    if (!last || last.lease.member === event.member || last.lease.ended) return;
    if (this.history.isExcused(last.lease.member)) return;
    const what = `${event.member} called ${record.toString()} while ${last.lease.member}, which had called its key, held the partition`;
    this.violated(what, record.appended, last.lease.granted, last.event, lease.granted, event);
  }
}
