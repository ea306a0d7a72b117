import { describe, expect, it } from 'vitest';
import { readStatement, StatedLimit } from './stated-limit.ts';

const nowMs = Date.UTC(2030, 0, 1);

describe('what an API says of its limit', () => {
  it.each([
    ['draft 10', { 'ratelimit-policy': '"all";q=100;w=60', ratelimit: '"all";r=50;t=30' }, [100, 60_000, 50, 30_000]],
    ['several policies', { 'ratelimit-policy': '"burst";q=10;w=1,"day";q=100;w=86400' }, [100, 86_400_000]],
    [
      'draft 7',
      { ratelimit: 'limit=100, remaining=50, reset=30', 'ratelimit-policy': '100;w=60' },
      [100, 60_000, 50, 30_000],
    ],
    [
      'draft 3',
      { 'ratelimit-limit': '100, 100;w=60', 'ratelimit-remaining': '50', 'ratelimit-reset': '30' },
      [100, 60_000, 50, 30_000],
    ],
    ['no window', { 'ratelimit-limit': '100', 'ratelimit-reset': '1' }, [100, undefined, undefined, 1_000]],
    [
      'X-',
      { 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '7', 'x-ratelimit-reset': '60' },
      [5_000, undefined, 7, 60_000],
    ],
    [
      'a time of reset',
      { 'x-ratelimit-limit': '5000', 'x-ratelimit-reset': `${nowMs / 1_000 + 90}` },
      [5_000, undefined, undefined, 90_000],
    ],
  ])('is read: %s', (_, headers, [limit, windowMs, remaining, resetMs]) => {
    expect(readStatement(headers, nowMs)).toEqual({ limit, windowMs, remaining, resetMs });
  });

  it.each([{}, { 'x-ratelimit-limit': 'plenty' }, { 'ratelimit-policy': '"all"' }, { 'content-type': 'a;q=1' }])(
    'is nothing: %j',
    (headers) => {
      expect(readStatement(headers, nowMs)).toBeUndefined();
    },
  );
});

describe('the rate that it comes to', () => {
  const rate = (statement: object, atMs = 0) => {
    const stated = new StatedLimit();
    stated.stated(statement, 0);
    return stated.perSecondAt(atMs);
  };

  it.each([
    ['calls by window', { limit: 100, windowMs: 1_000 }, 100],
    ['the time until the reset where no window is named', { limit: 5_000, resetMs: 3_599_400 }, 5_000 / 3_600],
    ['what remains in a long window', { limit: 5_000, windowMs: 3_600_000, remaining: 60, resetMs: 600_000 }, 0.1],
    ['not what remains in a short one', { limit: 100, windowMs: 1_000, remaining: 1, resetMs: 1_000 }, 100],
    [
      'all that is left, but no more than is even',
      { limit: 600, windowMs: 60_000, remaining: 600, resetMs: 30_000 },
      10,
    ],
    ['nothing that is known', { remaining: 5 }, Infinity],
  ])('is %s', (_, statement, perSecond) => {
    expect(rate(statement)).toBeCloseTo(perSecond, 3);
  });

  it('is forgotten after a minute without a word of it', () => {
    expect([rate({ limit: 1, windowMs: 1_000 }, 59_000), rate({ limit: 1, windowMs: 1_000 }, 60_000)]).toEqual([
      1,
      Infinity,
    ]);
  });
});
