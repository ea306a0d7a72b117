import { describe, expect, it } from 'vitest';
import { retryAfterMs } from './retry-after.ts';

const now = Date.UTC(2026, 10, 21, 12, 0, 0);

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['7', 7_000],
    [' 120 ', 120_000],
  ])('%j is seconds', (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms);
  });

  it('may be a date', () => {
    expect(retryAfterMs('Sat, 21 Nov 2026 12:00:30 GMT', now)).toBe(30_000);
  });

  it('in the past means now', () => {
    expect(retryAfterMs('Sat, 21 Nov 2026 11:00:00 GMT', now)).toBe(0);
  });

  it.each(['99999999999', 'Sun, 21 Nov 2027 12:00:00 GMT'])('%j is cut to a day', (header) => {
    expect(retryAfterMs(header, now)).toBe(24 * 60 * 60 * 1000);
  });

  it.each([undefined, '', 'soon', '-5', '1.5', '2026-11-21T12:00:30Z', 'Xxx, 99 Xxx 2026 12:00:30 GMT'])(
    '%j says nothing',
    (header) => {
      expect(retryAfterMs(header, now)).toBeUndefined();
    },
  );
});
