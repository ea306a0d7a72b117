import { Coverage } from './coverage.ts';
import { Guarantee } from './guarantee.ts';
import type { PartitionLog, TrackedRecord } from './partition-log.ts';
import type { RunEvent, RunEventOf } from './run-event.ts';
import type { StoredCommit } from './stored-commit.ts';
import type { TrackedLease } from './tracked-lease.ts';
import type { TrackedPartition } from './tracked-partition.ts';

/** A commit says what is so. */
export class HonestCommits extends Guarantee {
  readonly name = 'honest commits';
  readonly definition =
    'What is committed is finished, as far as the member that commits it has seen or inherited, never lies before what was ' +
    'committed earlier, and never comes from a member that has lost the partition to another.';
  readonly #coverages = new Map<TrackedLease, Coverage>();
  readonly #farthest = new Map<TrackedPartition, RunEventOf<'committed'>>();

  watch(event: RunEvent): void {
    if (event.kind === 'committed') this.#committed(event);
    else if (event.kind === 'offsets-set' || event.kind === 'log-started')
      this.#farthest.delete(this.history.partition(event));
  }

  #committed(event: RunEventOf<'committed'>): void {
    const partition = this.history.partition(event);
    const { stored, log } = partition;
    if (!stored) return;
    this.#judgeOwner(stored);
    if (stored.log !== log) return;
    this.#judgeWork(stored);
    this.#judgeDirection(event, partition);
  }

  #judgeOwner({ event, lease }: StoredCommit): void {
    const { member, owner } = event;
    const successor = owner === undefined ? lease?.successor : undefined;
    const belongsTo = owner ?? successor?.member ?? member;
    if (belongsTo === member) return;
    const what = `${member} committed offset ${event.offset} of ${event.topic}-${event.partition}, which was ${belongsTo}'s`;
    this.violated(what, lease?.granted, lease?.ended, successor, event);
  }

  #judgeWork({ event, lease, finished, log }: StoredCommit): void {
    if (!lease || !log) return;
    for (const record of this.#coverageOf(lease, log).add(finished))
      if (!this.#isDone(record, lease, event)) this.#unfinished(record, lease, event);
  }

  /** Anew for another log: what a lease inherits may be about the one that ended under it. */
  #coverageOf(lease: TrackedLease, log: PartitionLog): Coverage {
    const known = this.#coverages.get(lease);
    if (known?.log === log) return known;
    const coverage = new Coverage(log, lease.inherited);
    this.#coverages.set(lease, coverage);
    return coverage;
  }

  /** Without an epoch it may have been sent under an earlier lease, of which other records were done. */
  #isDone(record: TrackedRecord, lease: TrackedLease, { epoch }: RunEventOf<'committed'>): boolean {
    return lease.knowsDone(record) || (epoch === undefined && record.outcomes.length > 0);
  }

  #unfinished(record: TrackedRecord, lease: TrackedLease, event: RunEventOf<'committed'>): void {
    const what = `${event.member} committed ${record.toString()} as finished before it had its outcome there`;
    const outcomes = record.outcomes.map((outcome) => outcome.event);
    this.violated(what, record.appended, ...outcomes, lease.granted, event);
  }

  #judgeDirection(event: RunEventOf<'committed'>, partition: TrackedPartition): void {
    const farthest = this.#farthest.get(partition);
    if (!farthest || event.offset >= farthest.offset) this.#farthest.set(partition, event);
    else this.violated(`${event.member} committed offset ${event.offset} after ${farthest.offset}`, farthest, event);
  }
}
