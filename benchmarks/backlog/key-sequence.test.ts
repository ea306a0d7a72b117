import { describe, expect, it } from 'vitest';
import type { CallId } from '../stub/call-id.ts';
import { callIds, hottestShare, type Keys } from './key-sequence.ts';

const zipf: Keys = { kind: 'zipf', exponent: 1, count: 10 };

describe('the keys of a backlog', () => {
  it('are each used once where they are distinct', () => {
    expect(take(3, { kind: 'distinct' })).toEqual([
      { key: 0, sequence: 0 },
      { key: 1, sequence: 0 },
      { key: 2, sequence: 0 },
    ]);
  });

  it.each<Keys>([zipf, { kind: 'uniform', count: 10 }])('count their own records, $kind', (keys) => {
    const next = new Map<number, number>();
    for (const { key, sequence } of take(1_000, keys)) {
      expect(sequence).toBe(next.get(key) ?? 0);
      next.set(key, sequence + 1);
    }
    expect(next.size).toBe(10);
  });

  it('are the same ones each time', () => expect(take(100, zipf)).toEqual(take(100, zipf)));

  it("come as often as Zipf's law says", () => {
    const hot = take(20_000, zipf).filter(({ key }) => key === 0).length;
    expect(hottestShare(zipf)).toBeCloseTo(1 / 2.929, 3);
    expect(hot / 20_000).toBeCloseTo(hottestShare(zipf), 1);
  });

  it('share alike where they are uniform', () => {
    expect(hottestShare({ kind: 'uniform', count: 4 })).toBe(0.25);
    expect(hottestShare({ kind: 'distinct' })).toBe(0);
  });
});

function take(count: number, keys: Keys): CallId[] {
  const ids = callIds(keys);
  return Array.from({ length: count }, () => ids.next().value);
}
