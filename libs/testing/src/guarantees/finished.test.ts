import { encodeOffsetMap } from '@millrace/messaging/testing';
import { expect, test } from 'vitest';
import { finishedIn, isFinished, type OffsetRange, subtractRanges } from './finished.ts';

const map = encodeOffsetMap({ base: 5, log: 'AAAAAA', fingerprint: 'AAAAAAAAAAA', finished: [{ from: 7, to: 9 }] });

test('a commit says its offset and its map', () => {
  expect(finishedIn({ offset: 5, metadata: map })).toEqual({ below: 5, beyond: [{ from: 7, to: 9 }] });
});

test.each([
  ['a map that is about another offset', { offset: 6, metadata: map }],
  ['a text of another program', { offset: 6, metadata: 'whatever' }],
  ['no map', { offset: 6, metadata: '' }],
])('%s says nothing beyond the offset', (_, commit) => {
  expect(finishedIn(commit)).toEqual({ below: 6, beyond: [] });
});

test('nothing is finished where nothing was committed', () => {
  expect(isFinished(finishedIn(undefined), 0)).toBe(false);
});

test('an offset is finished below the commit and in its ranges', () => {
  const finished = {
    below: 2,
    beyond: [
      { from: 4, to: 6 },
      { from: 8, to: 9 },
    ],
  };
  const offsets = Array.from({ length: 10 }, (_, offset) => offset).filter((offset) => isFinished(finished, offset));
  expect(offsets).toEqual([0, 1, 4, 5, 8]);
});

/** All sets of offsets below 6, as ranges. */
function* everySet(): Generator<{ readonly offsets: number[]; readonly ranges: OffsetRange[] }> {
  for (let bits = 0; bits < 64; bits++) {
    const offsets = [0, 1, 2, 3, 4, 5].filter((offset) => bits & (1 << offset));
    const ranges: { from: number; to: number }[] = [];
    for (const offset of offsets) {
      const last = ranges.at(-1);
      if (last?.to === offset) last.to++;
      else ranges.push({ from: offset, to: offset + 1 });
    }
    yield { offsets, ranges };
  }
}

test('ranges less other ranges are what is in the first and not in the others', () => {
  for (const one of everySet())
    for (const other of everySet()) {
      const left = [...subtractRanges(one.ranges, other.ranges)].flatMap(({ from, to }) =>
        Array.from({ length: to - from }, (_, index) => from + index),
      );
      expect(left).toEqual(one.offsets.filter((offset) => !other.offsets.includes(offset)));
    }
});
