import { describe, expect, it } from 'vitest';
import { apiNowMs, retryAfterMs } from './retry-after.ts';

const now = Date.UTC(2026, 10, 21, 12, 0, 0);

describe('the time of the API', () => {
  it('is what it says, also where one of the two clocks is wrong', () => {
    expect(apiNowMs({ date: 'Sat, 21 Nov 2026 13:00:00 GMT' }, now)).toBe(now + 3_600_000);
  });

  it.each([undefined, 'now', ['Sat, 21 Nov 2026 13:00:00 GMT', 'Sat, 21 Nov 2026 14:00:00 GMT']])(
    'is ours where it says %j',
    (date) => {
      expect(apiNowMs({ date }, now)).toBe(now);
    },
  );
});

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
