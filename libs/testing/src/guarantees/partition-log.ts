import type { OffsetRange } from './finished.ts';
import type { RunEventOf } from './run-event.ts';

/** The records that are called in turn: those of one key, in order, or a single one without. */
export type Lane = readonly TrackedRecord[];

/** How a record ended, as told under a lease; undefined where its member held none. */
export interface TrackedOutcome {
  readonly event: RunEventOf<'outcome'>;
  readonly under: RunEventOf<'granted'> | undefined;
}

/** A record, and what has become of it so far. */
export class TrackedRecord {
  readonly appended: RunEventOf<'appended'>;
  readonly log: PartitionLog;
  readonly lane: Lane;
  /** Among the records of its lane. */
  readonly index: number;
  readonly outcomes: TrackedOutcome[] = [];
  removed: RunEventOf<'removed'> | undefined;
  firstCall: RunEventOf<'call-started'> | undefined;
  effect: RunEventOf<'effect'> | undefined;
  letter: RunEventOf<'letter'> | undefined;
  /** The last 200 that was received, and the lease its call began under. */
  accepted: { readonly event: RunEventOf<'call-ended'>; readonly under: RunEventOf<'granted'> } | undefined;

  constructor(appended: RunEventOf<'appended'>, log: PartitionLog, lane: TrackedRecord[]) {
    this.appended = appended;
    this.log = log;
    this.lane = lane;
    this.index = lane.push(this) - 1;
  }

  get id(): string {
    return this.appended.record.id;
  }

  get offset(): number {
    return this.appended.record.offset;
  }

  /** It needs no outcome any more. */
  get gone(): boolean {
    return this.removed !== undefined || this.log.ended !== undefined;
  }

  /** The outcome that was told under a lease. */
  outcomeUnder(granted: RunEventOf<'granted'>): RunEventOf<'outcome'> | undefined {
    return this.outcomes.find(({ under }) => under === granted)?.event;
  }

  /** `order-7 (orders-0@12)`. */
  toString(): string {
    const { id, topic, partition, offset } = this.appended.record;
    return `${id} (${topic}-${partition}@${offset})`;
  }
}

/** What a partition holds, from the making of its topic to its deletion. */
export class PartitionLog {
  /** How often the topic was made anew before. */
  readonly ordinal: number;
  /** Rising by offset. */
  readonly records: TrackedRecord[] = [];
  ended: RunEventOf<'log-started'> | undefined;
  readonly #lanes = new Map<string, TrackedRecord[]>();

  constructor(ordinal: number) {
    this.ordinal = ordinal;
  }

  append(event: RunEventOf<'appended'>): TrackedRecord {
    const record = new TrackedRecord(event, this, this.#laneOf(event.record.key));
    this.records.push(record);
    return record;
  }

  recordAt(offset: number): TrackedRecord | undefined {
    const record = this.records[firstFrom(this.records, offset)];
    return record?.offset === offset ? record : undefined;
  }

  *recordsIn({ from, to }: OffsetRange): Generator<TrackedRecord, void> {
    for (let index = firstFrom(this.records, from); ; index++) {
      const record = this.records[index];
      if (!record || record.offset >= to) return;
      yield record;
    }
  }

  #laneOf(key: string | null): TrackedRecord[] {
    if (key === null) return [];
    const lane = this.#lanes.get(key) ?? [];
    this.#lanes.set(key, lane);
    return lane;
  }
}

/** The index of the first of `records` at `offset` or beyond. */
export function firstFrom(records: readonly TrackedRecord[], offset: number): number {
  let [low, high] = [0, records.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((records[middle]?.offset ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
