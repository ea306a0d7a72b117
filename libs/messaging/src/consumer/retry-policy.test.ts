import { describe, expect, it } from 'vitest';
import { defaultRetryPolicy, retryDelayMs } from './retry-policy.ts';

const delays = (random: () => number, attempts: readonly number[]) =>
  attempts.map((attempt) => retryDelayMs(defaultRetryPolicy, { attempt, random }));

describe('retryDelayMs', () => {
  it('doubles from 200 ms up to 30 s', () => {
    expect(delays(() => 1, [1, 2, 3, 4, 8, 9, 50])).toEqual([200, 400, 800, 1_600, 25_600, 30_000, 30_000]);
  });

  it('draws from all of the delay', () => {
    expect(delays(() => 0, [1, 2, 20])).toEqual([0, 0, 0]);
    expect(delays(() => 0.5, [1, 2, 20])).toEqual([100, 200, 15_000]);
  });

  it('stays finite after thousands of attempts', () => {
    expect(delays(() => 1, [5_000, Number.MAX_SAFE_INTEGER])).toEqual([30_000, 30_000]);
  });

  it('is never shorter than what the API asked for, and spread beyond it', () => {
    const asked = (random: number) =>
      retryDelayMs(defaultRetryPolicy, { attempt: 2, retryAfterMs: 5_000, random: () => random });
    expect(asked(0)).toBe(5_000);
    expect(asked(1)).toBe(5_400);
  });

  it('is not shortened by an API that asks for less', () => {
    expect(retryDelayMs(defaultRetryPolicy, { attempt: 5, retryAfterMs: 1, random: () => 0.5 })).toBe(1_600);
  });

  it.each([Number.NaN, -1, undefined])('takes a Retry-After of %s for none', (retryAfterMs) => {
    expect(retryDelayMs(defaultRetryPolicy, { attempt: 1, retryAfterMs, random: () => 1 })).toBe(200);
  });
});
