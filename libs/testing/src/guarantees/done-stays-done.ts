import { subtractRanges } from './finished.ts';
import { Guarantee } from './guarantee.ts';
import type { PartitionLog, TrackedRecord } from './partition-log.ts';
import type { RunEvent, RunEventOf } from './run-event.ts';
import type { StoredCommit } from './stored-commit.ts';
import type { TrackedLease } from './tracked-lease.ts';

/** Beyond this, a map may have been cut to fit into the 4,096 characters that Kafka allows. */
const longMap = 2_048;

/** A crash costs only what was not persisted. */
export class DoneStaysDone extends Guarantee {
  readonly name = 'done stays done';
  readonly definition =
    'A record is called again only while its outcome is not known, or after a crash or loss before it was persisted, and ' +
    'under the same idempotency key; and no commit forgets what the one before it had persisted.';
  readonly #toHonour = new Map<TrackedLease, StoredCommit>();

  watch(event: RunEvent): void {
    if (event.kind === 'granted') this.#granted(event);
    else if (event.kind === 'call-started') this.#called(event);
    else if (event.kind === 'committed') this.#committed(event);
  }

  #granted(event: RunEventOf<'granted'>): void {
    const partition = this.history.partition(event);
    const lease = partition.leaseOf(event.member);
    const stored = partition.toHonour(event);
    if (lease && stored) this.#toHonour.set(lease, stored);
  }

  #called(event: RunEventOf<'call-started'>): void {
    const record = this.history.record(event.id);
    this.#judgeKey(event, record);
    const lease = this.history.leaseNow(event.member, record);
    if (!lease) return;
    const done = record.outcomeUnder(lease.granted);
    if (done) return this.#calledAgain(event, record, 'after its outcome', [done]);
    const stored = this.#toHonour.get(lease);
    if (stored?.log === record.log && stored.settles(record))
      this.#calledAgain(event, record, 'after its outcome was persisted', [stored.event, lease.granted]);
  }

  #judgeKey(event: RunEventOf<'call-started'>, record: TrackedRecord): void {
    const { firstCall } = record;
    if (!firstCall || firstCall.idempotencyKey === event.idempotencyKey) return;
    const what = `${record.toString()} was called under ${event.idempotencyKey} after ${firstCall.idempotencyKey}`;
    this.violated(what, firstCall, event);
  }

  #calledAgain(
    event: RunEvent & { member: string },
    record: TrackedRecord,
    what: string,
    why: readonly RunEvent[],
  ): void {
    this.violated(`${event.member} called ${record.toString()} again ${what}`, record.appended, ...why, event);
  }

  /** A lease says of what it found, or has said before, no less. */
  #committed(event: RunEventOf<'committed'>): void {
    const { log, stored, storedBefore } = this.history.partition(event);
    if (!stored?.lease || !storedBefore || stored.log !== log || storedBefore.log !== log) return;
    const knewIt = storedBefore.lease === stored.lease || this.#toHonour.get(stored.lease) === storedBefore;
    if (!knewIt || !storedBefore.mapStands || maybeCut(stored) || maybeCut(storedBefore)) return;
    const forgotten = firstForgotten(storedBefore, stored, log);
    if (!forgotten) return;
    const what = `${event.member} committed without ${forgotten.toString()}, which was persisted as done before`;
    this.violated(what, forgotten.appended, storedBefore.event, stored.lease.granted, event);
  }
}

function maybeCut({ event }: StoredCommit): boolean {
  return event.metadata.length > longMap;
}

function firstForgotten(before: StoredCommit, after: StoredCommit, log: PartitionLog): TrackedRecord | undefined {
  const { below, beyond } = after.finished;
  for (const range of subtractRanges(before.finished.beyond, [{ from: 0, to: below }, ...beyond]))
    for (const record of log.recordsIn(range)) if (!record.gone) return record;
  return undefined;
}
