import { isFinished } from './finished.ts';
import { Guarantee } from './guarantee.ts';
import type { TrackedRecord } from './partition-log.ts';
import type { RunEvent, RunEventOf } from './run-event.ts';

/** A graceful goodbye costs nothing. */
export class HandedOver extends Guarantee {
  readonly name = 'handed over';
  readonly definition =
    'When a member lets a partition go, everything that its API has accepted under that lease is persisted, unless the ' +
    'commits of that time were not confirmed.';
  readonly #accepted = new Map<RunEventOf<'granted'>, TrackedRecord[]>();

  watch(event: RunEvent): void {
    if (event.kind === 'call-ended') this.#ended(event);
    else if (event.kind === 'released') this.#released(event);
  }

  #ended({ call }: RunEventOf<'call-ended'>): void {
    const { record } = this.history.call(call);
    const { accepted } = record;
    if (accepted?.event.call !== call) return;
    const records = this.#accepted.get(accepted.under);
    if (records) records.push(record);
    else this.#accepted.set(accepted.under, [record]);
  }

  #released(event: RunEventOf<'released'>): void {
    const partition = this.history.partition(event);
    const lease = partition.leaseOf(event.member, event.epoch);
    if (!lease || lease.ended || event.unconfirmed) return;
    const { granted } = lease;
    const records = this.#accepted.get(granted) ?? [];
    this.#accepted.delete(granted);
    const finished = partition.stored?.finished ?? lease.inherited;
    const forgotten = records.find(
      (record) =>
        !record.gone && record.log === partition.log && isBefore(record, event) && !isFinished(finished, record.offset),
    );
    if (!forgotten) return;
    const what = `${event.member} let ${event.topic}-${event.partition} go without ${forgotten.toString()}`;
    this.violated(what, granted, forgotten.accepted?.event, partition.stored?.event, event);
  }
}

/** At the same moment the answer may not have reached whoever has to make something of it. */
function isBefore({ accepted }: TrackedRecord, { atMs }: RunEvent): boolean {
  return accepted !== undefined && accepted.event.atMs < atMs;
}
