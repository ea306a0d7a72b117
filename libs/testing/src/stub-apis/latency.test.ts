import { describe, expect, it } from 'vitest';
import { drawLatencyMs, longestLatencyMs } from './latency.ts';

/** mulberry32 */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('latency', () => {
  it('is always the same where it is a number', () => {
    expect(drawLatencyMs(50, () => expect.unreachable())).toBe(50);
  });

  it('spreads around the median as a log-normal distribution does', () => {
    const random = seeded(7);
    const draws = Array.from({ length: 20_000 }, () => drawLatencyMs({ medianMs: 50, sigma: 0.7 }, random)).toSorted(
      (a, b) => a - b,
    );
    const quantile = (share: number) => draws[Math.floor(share * draws.length)];
    expect(quantile(0.5)).toBeCloseTo(50, -0.5);
    expect(quantile(0.8413)! / 50).toBeCloseTo(Math.exp(0.7), 1);
    expect(quantile(0.99)! / 50).toBeCloseTo(Math.exp(0.7 * 2.326), 0);
  });

  it('is the median where sigma is 0', () => {
    expect(drawLatencyMs({ medianMs: 50, sigma: 0 }, seeded(1))).toBe(50);
  });

  it('never exceeds ten minutes, whatever is drawn', () => {
    expect(drawLatencyMs({ medianMs: longestLatencyMs, sigma: 5 }, () => 0.999_999)).toBe(longestLatencyMs);
    expect(drawLatencyMs({ medianMs: 50, sigma: 1 }, () => 0)).toBe(50);
  });
});
