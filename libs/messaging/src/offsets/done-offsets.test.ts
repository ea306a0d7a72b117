import { expect, it } from 'vitest';
import { checksumOf } from './checksum.ts';
import { doneOffsets } from './done-offsets.ts';
import { encodeOffsetMap } from './offset-map.ts';

const metadata = encodeOffsetMap({
  base: 100,
  log: checksumOf('a log'),
  fingerprint: 'AAAAAAAAAAA',
  finished: [
    { from: 103, to: 105 },
    { from: 110, to: 111 },
  ],
});

it('what lies below the committed offset is done, and what its map says', () => {
  const { isDone, end } = doneOffsets({ offset: 100, metadata });
  expect([0, 99, 103, 104, 110].map(isDone)).toEqual([true, true, true, true, true]);
  expect([100, 102, 105, 111, 5_000].map(isDone)).toEqual([false, false, false, false, false]);
  expect(end).toBe(111);
});

it('a map that is none, or of another offset, says nothing', () => {
  for (const commit of [
    { offset: 100, metadata: 'mr1.nonsense' },
    { offset: 101, metadata },
    { offset: 100, metadata: '' },
  ]) {
    const { isDone, end } = doneOffsets(commit);
    expect([isDone(104), end]).toEqual([false, commit.offset]);
  }
});
