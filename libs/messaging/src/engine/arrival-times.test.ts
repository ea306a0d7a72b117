import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArrivalTimes } from './arrival-times.ts';

describe('ArrivalTimes', () => {
  it('tells of each record when it was delivered', () => {
    const times = new ArrivalTimes();
    times.note({ to: 10, mark: 1_000, finishedTo: 0 });
    times.note({ to: 20, mark: 5_000, finishedTo: 0 });
    expect([0, 9, 10, 19].map((offset) => times.of(offset))).toEqual([1_000, 1_000, 5_000, 5_000]);
    expect(times.of(20)).toBeUndefined();
  });

  it('takes what comes within 100 ms for one delivery, by its first', () => {
    const times = new ArrivalTimes();
    times.note({ to: 10, mark: 1_000, finishedTo: 0 });
    times.note({ to: 20, mark: 1_099, finishedTo: 0 });
    times.note({ to: 30, mark: 1_100, finishedTo: 0 });
    expect([0, 19, 20].map((offset) => times.of(offset))).toEqual([1_000, 1_000, 1_100]);
  });

  it('forgets what is finished', () => {
    const times = new ArrivalTimes();
    times.note({ to: 10, mark: 0, finishedTo: 0 });
    times.note({ to: 20, mark: 500, finishedTo: 10 });
    expect(times.of(3)).toBe(500);
  });

  it('knows the oldest one exactly, and no other as older than it is, after any number of deliveries', () => {
    const delivery = fc.record({ records: fc.nat(5), ms: fc.nat(1_000) });
    fc.assert(
      fc.property(fc.array(delivery, { minLength: 200, maxLength: 400 }), (deliveries) => {
        const times = new ArrivalTimes();
        const marks: number[] = [];
        let mark = 0;
        for (const { records, ms } of deliveries) {
          mark += ms;
          for (let record = 0; record < records; record++) marks.push(mark);
          times.note({ to: marks.length, mark, finishedTo: 0 });
        }
        expect(times.of(0)).toBe(marks[0]);
        expect(marks.findIndex((delivered, offset) => (times.of(offset) ?? 0) <= delivered - 100)).toBe(-1);
      }),
    );
  });
});
