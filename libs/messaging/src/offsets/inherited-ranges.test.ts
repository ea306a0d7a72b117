import { describe, expect, it } from 'vitest';
import { InheritedRanges } from './inherited-ranges.ts';

const ranges = [
  { from: 10, to: 20 },
  { from: 30, to: 31 },
  { from: 40, to: 1_000_040 },
];

describe('InheritedRanges', () => {
  it('are all there in the beginning', () => {
    const inherited = new InheritedRanges(ranges, 5);
    expect([...inherited]).toEqual(ranges);
    expect(inherited).toMatchObject({ size: 3, goOn: true, finishedTo: 5 });
  });

  it('are forgotten as they are passed, each at its end', () => {
    const inherited = new InheritedRanges(ranges, 5);
    const left = [10, 15, 19, 20, 30, 31, 39, 1_000_039, 1_000_040].map((next) => {
      inherited.passTo(next);
      return { next, size: inherited.size, first: [...inherited][0]?.from, finishedTo: inherited.finishedTo };
    });
    expect(left).toEqual([
      { next: 10, size: 3, first: 10, finishedTo: 20 },
      { next: 15, size: 3, first: 15, finishedTo: 20 },
      { next: 19, size: 3, first: 19, finishedTo: 20 },
      { next: 20, size: 2, first: 30, finishedTo: 20 },
      { next: 30, size: 2, first: 30, finishedTo: 31 },
      { next: 31, size: 1, first: 40, finishedTo: 31 },
      { next: 39, size: 1, first: 40, finishedTo: 39 },
      { next: 1_000_039, size: 1, first: 1_000_039, finishedTo: 1_000_040 },
      { next: 1_000_040, size: 0, first: undefined, finishedTo: 1_000_040 },
    ]);
  });

  it('may be passed several at once', () => {
    const inherited = new InheritedRanges(ranges, 5);
    inherited.passTo(35);
    expect([...inherited]).toEqual(ranges.slice(2));
    inherited.passTo(2_000_000);
    expect([...inherited]).toEqual([]);
  });

  it('go on as long as there is one beyond what is finished next', () => {
    const inherited = new InheritedRanges(ranges, 5);
    const goOn = [15, 31, 39, 40, 1_000_040].map((next) => {
      inherited.passTo(next);
      return inherited.goOn;
    });
    expect(goOn).toEqual([true, true, true, false, false]);
  });

  it('may be none', () => {
    const none = new InheritedRanges([], 7);
    expect(none).toMatchObject({ size: 0, goOn: false, finishedTo: 7 });
    none.passTo(9);
    expect(none.finishedTo).toBe(9);
    expect([...none]).toEqual([]);
  });
});
