import { describe, expect, it } from 'vitest';
import { fastest, medianOf, orderOf, type Result, type Turn } from './figures.ts';

const turn = (over: Partial<Turn> = {}): Turn => ({
  perSecond: 100,
  cpuMicrosPerCall: 50,
  stubMicrosPerCall: 10,
  peakRssBytes: 2 ** 20,
  peakInFlight: 5,
  outOfOrder: 0,
  overlaps: 0,
  repeated: 0,
  refused: 0,
  ...over,
});
const result = (peer: string, ...rates: number[]): Result => ({
  peer,
  order: 'key',
  turns: rates.map((perSecond) => turn({ perSecond })),
});

describe('the figures of turns', () => {
  it('are the middle one, so that one disturbed turn changes nothing', () => {
    const turns = [turn({ perSecond: 90 }), turn({ perSecond: 5 }), turn({ perSecond: 100 })];
    expect(medianOf(turns, ({ perSecond }) => perSecond)).toBe(90);
  });

  it('leave out what the system did not tell', () => {
    const turns = [turn({ cpuMicrosPerCall: undefined }), turn({ cpuMicrosPerCall: 7 })];
    expect(medianOf(turns, ({ cpuMicrosPerCall }) => cpuMicrosPerCall)).toBe(7);
    expect(medianOf([], ({ perSecond }) => perSecond)).toBeUndefined();
  });

  it('are compared with the fastest of those asked for', () => {
    const results = [result('a', 1, 2, 3), result('b', 5, 5, 1), result('c', 90)];
    expect(fastest(results, ['a', 'b'])).toBe(5);
    expect(fastest(results, ['d'])).toBeUndefined();
  });

  it('say what was wrong with the order of calls, over all turns', () => {
    expect(orderOf([turn(), turn()])).toBe('kept');
    expect(orderOf([turn({ overlaps: 1_000 }), turn({ overlaps: 200, outOfOrder: 3, refused: 1 })])).toBe(
      '3 out of order, 1,200 overlapped, 1 refused',
    );
  });
});
