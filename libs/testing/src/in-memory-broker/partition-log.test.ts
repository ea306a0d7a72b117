import { expect, it } from 'vitest';
import { PartitionLog } from './partition-log.ts';

function logOf(records: number, firstOffset = 0): PartitionLog {
  const log = new PartitionLog({ topic: 'orders', partition: 0 }, firstOffset);
  for (let index = 0; index < records; index++) append(log);
  return log;
}

function append(log: PartitionLog): void {
  log.append({ key: null, value: null, headers: {}, timestampMs: 0 });
}

function offsetsFrom(log: PartitionLog, from: number, limit = 100) {
  const read = log.read(from, limit);
  return read && [read.records.map(({ offset }) => offset), read.coveredTo];
}

it('is read in order from any offset, as far as there is room', () => {
  const log = logOf(5, 10);
  expect(offsetsFrom(log, 10)).toEqual([[10, 11, 12, 13, 14], 15]);
  expect(offsetsFrom(log, 12, 2)).toEqual([[12, 13], 14]);
  expect(offsetsFrom(log, 15)).toEqual([[], 15]);
});

it('covers offsets without a record, between records and at its end', () => {
  const log = logOf(2);
  log.skip(3);
  append(log);
  log.skip(2);
  expect(offsetsFrom(log, 0)).toEqual([[0, 1, 5], 8]);
  expect(offsetsFrom(log, 0, 2)).toEqual([[0, 1], 2]);
  expect(offsetsFrom(log, 2)).toEqual([[5], 8]);
  expect(offsetsFrom(log, 6)).toEqual([[], 8]);
});

it('keeps the place of a record that compaction takes away', () => {
  const log = logOf(4);
  expect(log.compact(({ offset }) => offset % 2 === 0).map(({ offset }) => offset)).toEqual([0, 2]);
  expect([log.start, log.end]).toEqual([0, 4]);
  expect(offsetsFrom(log, 0)).toEqual([[1, 3], 4]);
});

it('is out of range below what retention has left, and past its end', () => {
  const log = logOf(4);
  expect(log.deleteBelow(2).map(({ offset }) => offset)).toEqual([0, 1]);
  expect(offsetsFrom(log, 1)).toBeUndefined();
  expect(offsetsFrom(log, 2)).toEqual([[2, 3], 4]);
  expect(offsetsFrom(log, 5)).toBeUndefined();
});

it('shows less while its new leader has not caught up, and is in range all the same', () => {
  const log = logOf(4);
  log.hideFrom(2);
  expect(log.shownEnd).toBe(2);
  expect(offsetsFrom(log, 0)).toEqual([[0, 1], 2]);
  expect(offsetsFrom(log, 3)).toEqual([[], 3]);
  log.hideFrom(Infinity);
  expect(offsetsFrom(log, 2)).toEqual([[2, 3], 4]);
});

it('tells those who wait of each change', () => {
  const log = logOf(0);
  let told = 0;
  log.waiting.add(() => told++);
  append(log);
  log.skip(1);
  log.delete();
  expect([told, log.deleted]).toEqual([3, true]);
});
