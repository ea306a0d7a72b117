import type { ConsumerState, PartitionState } from '@millrace/messaging';

/** For tests: a partition that is read, with a record without an outcome. */
export function partitionState(changes: Partial<PartitionState> = {}): PartitionState {
  const state = {
    topic: 'user-events',
    partition: 0,
    status: 'reading',
    committed: 100,
    next: 120,
    end: 150,
    lag: 50,
    heldRecords: 1,
    heldBytes: 900,
    running: 1,
    retrying: 0,
    finishedBeyond: 19,
    mapChars: 42,
    oldest: { offset: 100, heldMs: 252_000, ageMs: 7_200_000 },
    keptForMs: 183_600_000,
    retentionMs: 190_800_000,
    ...changes,
  };
  return state as PartitionState;
}

/** For tests: a consumer that is a member of its group. */
export function consumerState(
  partitions: readonly PartitionState[],
  changes: Partial<ConsumerState> = {},
): ConsumerState {
  const held = { records: 3, bytes: 4_000 };
  return { group: 'mail', notJoined: undefined, held, concurrency: 256, targets: [], partitions, ...changes };
}
