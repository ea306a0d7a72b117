import { type Finished, nothingFinished, type OffsetRange, subtractRanges } from './finished.ts';
import { firstFrom, type PartitionLog, type TrackedRecord } from './partition-log.ts';

/** Which records of a log commits have covered, one commit after the other. */
export class Coverage {
  readonly log: PartitionLog;
  /** The first record that no offset covered. */
  #index: number;
  #beyond: readonly OffsetRange[];

  /** `finished` counts as covered from the start. */
  constructor(log: PartitionLog, { below, beyond }: Finished = nothingFinished) {
    this.log = log;
    this.#index = firstFrom(log.records, below);
    this.#beyond = beyond;
  }

  /** The records that a commit covers and the ones before it did not: few of them twice, and each in constant time. */
  *add({ below, beyond }: Finished): Generator<TrackedRecord, void> {
    const covered = this.#beyond;
    this.#beyond = beyond;
    for (const range of subtractRanges(beyond, covered)) yield* this.log.recordsIn(range);
    for (let record = this.#next(below); record; record = this.#next(below)) {
      this.#index++;
      yield record;
    }
  }

  #next(below: number): TrackedRecord | undefined {
    const record = this.log.records[this.#index];
    return record && record.offset < below ? record : undefined;
  }
}
