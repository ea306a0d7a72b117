import { expect, it } from 'vitest';
import { wrongRateLimit } from './rate-limit.ts';

it.each([
  [{ perSecond: 300 }, undefined],
  [{ perSecond: 0.5, concurrency: 1 }, undefined],
  [{ concurrency: 5 }, undefined],
  [{}, 'quota must have perSecond or concurrency'],
  [{ perSecond: 0 }, 'quota.perSecond must be a number above 0, and at most 1000000 (received 0)'],
  [{ perSecond: Number.NaN }, 'quota.perSecond must be a number above 0, and at most 1000000 (received NaN)'],
  [{ perSecond: 1, concurrency: 0.5 }, 'quota.concurrency must be a whole number of at least 1 (received 0.5)'],
])('%j: %s', (quota, wrong) => {
  expect(wrongRateLimit(quota)).toBe(wrong);
});
