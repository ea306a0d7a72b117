import { describe, expect, it } from 'vitest';
import { keptAfterMs, mostEndingIn, phaseFigures } from './phase-figures.ts';

const every = (ms: number, fromMs: number, toMs: number) =>
  Array.from({ length: (toMs - fromMs) / ms }, (_, index) => fromMs + index * ms);

describe('what became of a quota', () => {
  it('is counted in all seconds that end in the phase, also where they begin before it', () => {
    const marks = [...every(10, 0, 1_000), ...every(5, 1_000, 2_000), ...every(10, 2_000, 4_000)];
    expect(mostEndingIn(marks, 0, 1_000)).toBe(100);
    expect(mostEndingIn(marks, 2_000, 2_500)).toBe(200);
    expect(mostEndingIn(marks, 3_000, 4_000)).toBe(100);
  });

  it('says from when on a lower limit is kept', () => {
    const marks = [...every(5, 0, 2_000), ...every(10, 2_000, 5_000)];
    const keptMs = keptAfterMs(marks, 100, 500);
    expect(keptMs).toBe(1_495);
    expect(
      mostEndingIn(
        marks.filter((mark) => mark > 500 + keptMs),
        0,
        5_000,
      ),
    ).toBe(100);
    expect(keptAfterMs(marks, 200, 500)).toBe(0);
  });

  it('has the change in one mean and not in the other, and what was refused', () => {
    const arrivals = [...every(20, 0, 1_000), ...every(10, 1_000, 3_000)].map((atMs) => ({
      atMs,
      sentMs: atMs - (atMs === 2_000 ? 7 : 2),
      pid: 1,
      refused: atMs === 2_500,
    }));
    expect(phaseFigures(arrivals, { label: '', fromMs: 0, settledMs: 1_000, toMs: 3_000, stolen: undefined })).toEqual({
      mostArrived: 100,
      mostMade: 101,
      settledPerSecond: 100,
      perSecond: 250 / 3,
      refused: 1 / 250,
      p999Ms: 7,
      maxMs: 7,
    });
  });
});
