import { expect, it } from 'vitest';
import type { LeaseState } from '../engine/lease-state.ts';
import { partitionStates } from './partition-state.ts';
import type { PartitionLease, PartitionProgress } from '../ports/record-source.ts';

const clock = { now: () => 1_000_000, mark: () => 5_000 };
const lease = { topic: 'orders', partition: 3 } as PartitionLease;
const underway: LeaseState = {
  lease,
  closing: false,
  full: false,
  mapFull: false,
  committed: 10,
  next: 20,
  heldRecords: 5,
  heldBytes: 500,
  running: 2,
  retrying: 1,
  finishedBeyond: 5,
  mapChars: 40,
  oldest: undefined,
};

const stateOf = (state: Partial<LeaseState>, progress: readonly Partial<PartitionProgress>[] = []) =>
  partitionStates({
    leases: [{ ...underway, ...state }],
    refused: [],
    progress: progress.map((each) => ({ topic: 'orders', partition: 3, endOffset: 30, ...each })),
    closed: false,
    clock,
  })[0];

it('is paused for its offset map, whatever else it holds', () => {
  expect(stateOf({ mapFull: true, full: true })).toMatchObject({ status: 'paused', why: 'offset map full' });
});

it('has no end and no lag where the source does not know them', () => {
  expect(stateOf({}, [])).toMatchObject({ end: undefined, lag: undefined, committed: 10 });
  expect(stateOf({}, [{ partition: 4 }])).toMatchObject({ end: undefined, lag: undefined });
});

it('has no lag where the group has committed past the end', () => {
  expect(stateOf({}, [{ endOffset: 4 }])).toMatchObject({ end: 4, lag: 0 });
});

it('does not take a record from the future for one of negative age', () => {
  const oldest = { offset: 10, timestampMs: 1_000_500, deliveredMark: 4_000 };
  expect(stateOf({ oldest }, [{ retentionMs: 900 }])).toMatchObject({
    oldest: { heldMs: 1_000, ageMs: 0 },
    keptForMs: 900,
  });
});

it('does not know how long a record without a timestamp is kept', () => {
  const oldest = { offset: 10, timestampMs: -1, deliveredMark: 4_000 };
  expect(stateOf({ oldest }, [{ retentionMs: 900 }])).toMatchObject({
    oldest: { ageMs: undefined },
    keptForMs: undefined,
    retentionMs: 900,
  });
});
