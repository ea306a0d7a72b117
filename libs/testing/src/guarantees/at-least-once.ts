import { Coverage } from './coverage.ts';
import { Guarantee } from './guarantee.ts';
import type { PartitionLog, TrackedRecord } from './partition-log.ts';
import type { RunEvent, RunEventOf } from './run-event.ts';

/** No record is lost. */
export class AtLeastOnce extends Guarantee {
  readonly name = 'at least once';
  readonly definition =
    'A record counts as done in a commit only after its outcome is known and its dead letter, if it has one, is durable; ' +
    'and in the end every record has an outcome, each subscribed one that has not expired with an effect or a dead letter.';
  readonly #coverages = new Map<PartitionLog, Coverage>();

  watch(event: RunEvent): void {
    if (event.kind === 'committed') this.#committed(event);
    else if (event.kind === 'settled') this.#settled(event);
  }

  #committed(event: RunEventOf<'committed'>): void {
    const { log, stored } = this.history.partition(event);
    if (!stored || stored.log !== log) return;
    for (const record of this.#coverageOf(log).add(stored.finished)) {
      const missing = record.gone ? undefined : missingForCommit(record);
      if (missing) this.#lost(record, `was committed by ${event.member} ${missing}`, event);
    }
  }

  #settled(event: RunEventOf<'settled'>): void {
    for (const { log } of this.history.partitions())
      for (const record of log.records) {
        const missing = record.gone ? undefined : missingInTheEnd(record);
        if (missing) this.#lost(record, `ended ${missing}`, event);
      }
  }

  #lost(record: TrackedRecord, what: string, event: RunEvent): void {
    const outcomes = record.outcomes.map((outcome) => outcome.event);
    this.violated(`${record.toString()} ${what}`, record.appended, ...outcomes, event);
  }

  #coverageOf(log: PartitionLog): Coverage {
    const coverage = this.#coverages.get(log) ?? new Coverage(log);
    this.#coverages.set(log, coverage);
    return coverage;
  }
}

function missingForCommit({ outcomes, letter }: TrackedRecord): string | undefined {
  if (outcomes.length === 0) return 'without an outcome';
  if (letter || outcomes.some(({ event }) => event.outcome !== 'dead-lettered')) return undefined;
  return 'before its dead letter was durable';
}

function missingInTheEnd({ outcomes, effect, letter, appended }: TrackedRecord): string | undefined {
  if (outcomes.length === 0) return 'without an outcome';
  if (!appended.record.subscribed || effect || letter) return undefined;
  const expired = outcomes.some(({ event }) => event.outcome === 'expired');
  return expired ? undefined : 'with neither an effect nor a dead letter';
}
