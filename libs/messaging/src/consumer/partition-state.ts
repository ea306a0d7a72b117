import type { Clock } from '../ports/clock.ts';
import type { LeaseState } from '../engine/lease-state.ts';
import type { PartitionLease, PartitionProgress } from '../ports/record-source.ts';

/** Why nothing more of a partition is read. What each means, and what to do: docs/observing.md. */
export type PauseReason =
  'full' | 'target closed' | 'waiting for retries' | 'offset map full' | 'waiting for older partitions';

/** `refused`: not read, since the group has no offsets there and `startAt` is `committed`. */
export type PartitionStatus =
  | { readonly status: 'reading' | 'draining' | 'refused'; readonly why?: never }
  | { readonly status: 'paused'; readonly why: PauseReason };

/** One partition that is ours, as of now. It holds places and figures, nothing of what is in a record. */
export type PartitionState = PartitionStatus & PartitionFigures;

export interface PartitionFigures {
  readonly topic: string;
  readonly partition: number;
  /** The first offset that is not committed; undefined where the group has none. */
  readonly committed: number | undefined;
  /** The first offset that was not read. */
  readonly next: number | undefined;
  /** One past the last record; undefined while it is not known. */
  readonly end: number | undefined;
  /** Offsets from `committed` to `end`. */
  readonly lag: number | undefined;
  /** In memory: queued, being called, or waiting for a retry. */
  readonly heldRecords: number;
  readonly heldBytes: number;
  readonly running: number;
  readonly retrying: number;
  /** Offsets that are done, but lie past one that is not: a crash does not repeat them, while the offset map has room. */
  readonly finishedBeyond: number;
  /** Length of the offset map, of 4,088 characters. */
  readonly mapChars: number;
  /** The oldest record without an outcome, of those read. */
  readonly oldest: OldestRecord | undefined;
  /**
   * Until retention may delete the oldest record without an outcome, negative past that; undefined where there is no such
   * record, or the topic keeps records for good, or the source may not ask. Kafka deletes whole segments, which is later;
   * where it deletes by size (`retention.bytes`), it may be sooner.
   */
  readonly keptForMs: number | undefined;
  /** For how long the topic keeps a record; undefined where it does so for good, or that is not known. */
  readonly retentionMs: number | undefined;
}

export interface OldestRecord {
  readonly offset: number;
  /** Since it was delivered to this member. */
  readonly heldMs: number;
  /** Since its own timestamp; undefined where it has none. */
  readonly ageMs: number | undefined;
}

export interface PartitionStateSources {
  readonly leases: readonly LeaseState[];
  readonly refused: readonly PartitionLease[];
  readonly progress: readonly PartitionProgress[];
  /** No call may start just now. */
  readonly closed: boolean;
  readonly clock: Pick<Clock, 'now' | 'mark'>;
}

/** The partitions that are ours, by topic and number. */
export function partitionStates({ leases, refused, progress, ...rest }: PartitionStateSources): PartitionState[] {
  const known = new Map(progress.map((each) => [placeOf(each), each]));
  const states = [
    ...leases.map((state) => stateOf(state, known.get(placeOf(state.lease)), rest)),
    ...refused.map((lease) => refusedState(lease, known.get(placeOf(lease)))),
    ...progress.filter(({ withheld }) => withheld).map(withheldState),
  ];
  return states.toSorted((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1));
}

function stateOf(
  state: LeaseState,
  progress: PartitionProgress | undefined,
  { closed, clock }: Pick<PartitionStateSources, 'closed' | 'clock'>,
): PartitionState {
  const { lease, committed, next, heldRecords, heldBytes, running, retrying, finishedBeyond, mapChars } = state;
  const oldest = oldestOf(state, clock);
  return {
    topic: lease.topic,
    partition: lease.partition,
    ...statusOf(state, closed),
    committed,
    next,
    ...progressOf(progress),
    lag: progress && Math.max(0, progress.endOffset - committed),
    heldRecords,
    heldBytes,
    running,
    retrying,
    finishedBeyond,
    mapChars,
    oldest,
    keptForMs: keptForMs(oldest, progress),
  };
}

function statusOf(state: LeaseState, closed: boolean): PartitionStatus {
  if (state.closing) return { status: 'draining' };
  if (state.mapFull) return { status: 'paused', why: 'offset map full' };
  return state.full ? { status: 'paused', why: whyFull(state, closed) } : { status: 'reading' };
}

/** What keeps it full, where that is known. */
function whyFull({ running, retrying }: LeaseState, closed: boolean): PauseReason {
  if (closed) return 'target closed';
  return running === 0 && retrying > 0 ? 'waiting for retries' : 'full';
}

function oldestOf({ oldest }: LeaseState, clock: PartitionStateSources['clock']): OldestRecord | undefined {
  if (!oldest) return undefined;
  const { offset, deliveredMark, timestampMs } = oldest;
  const mark = clock.mark();
  const ageMs = timestampMs > 0 ? Math.max(0, clock.now() - timestampMs) : undefined;
  return { offset, heldMs: mark - (deliveredMark ?? mark), ageMs };
}

function keptForMs(oldest: OldestRecord | undefined, progress: PartitionProgress | undefined): number | undefined {
  if (oldest?.ageMs === undefined || progress?.retentionMs === undefined) return undefined;
  return progress.retentionMs - oldest.ageMs;
}

function refusedState(
  { topic, partition, committed }: PartitionLease,
  progress: PartitionProgress | undefined,
): PartitionState {
  return { ...untouched, ...progressOf(progress), topic, partition, status: 'refused', committed: committed?.offset };
}

function withheldState(progress: PartitionProgress): PartitionState {
  const { topic, partition, endOffset, committed } = progress;
  const lag = committed === undefined ? undefined : Math.max(0, endOffset - committed);
  const status = { status: 'paused', why: 'waiting for older partitions' } as const;
  return { ...untouched, ...progressOf(progress), ...status, topic, partition, committed, lag };
}

function progressOf(progress: PartitionProgress | undefined): Pick<PartitionFigures, 'end' | 'retentionMs'> {
  return { end: progress?.endOffset, retentionMs: progress?.retentionMs };
}

/** The figures of a partition of which nothing was read. */
const untouched = {
  next: undefined,
  lag: undefined,
  heldRecords: 0,
  heldBytes: 0,
  running: 0,
  retrying: 0,
  finishedBeyond: 0,
  mapChars: 0,
  oldest: undefined,
  keptForMs: undefined,
};

function placeOf({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${topic} ${partition}`;
}
