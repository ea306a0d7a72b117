import { beforeEach, describe, expect, it } from 'vitest';
import { CallCheck } from './call-check.ts';

describe('the check of calls', () => {
  let check: CallCheck;
  beforeEach(() => {
    check = new CallCheck();
  });
  const call = (key: number, sequence: number) => {
    check.started({ key, sequence });
    check.ended({ key, sequence });
  };

  it('finds nothing wrong with keys side by side, each in its order', () => {
    check.started({ key: 1, sequence: 0 });
    check.started({ key: 5_000_000, sequence: 0 });
    check.ended({ key: 5_000_000, sequence: 0 });
    call(5_000_000, 1);
    check.ended({ key: 1, sequence: 0 });
    expect(check.counts()).toEqual({ calls: 3, effects: 3, overlaps: 0, outOfOrder: 0, inFlight: 0, peak: 2 });
  });

  it('sees a call begin while another of its key is under way', () => {
    check.started({ key: 1, sequence: 0 });
    call(1, 1);
    expect(check.counts()).toMatchObject({ overlaps: 1, outOfOrder: 1, inFlight: 1 });
  });

  it('sees a call that left out an earlier one', () => {
    call(1, 0);
    call(1, 2);
    expect(check.counts()).toMatchObject({ overlaps: 0, outOfOrder: 1, effects: 2 });
  });

  it('sees only what goes back where some may be left out', () => {
    for (const sequence of [0, 2, 3]) {
      check.started({ key: 1, sequence }, { leftOut: true });
      check.ended({ key: 1, sequence });
    }
    expect(check.counts().outOfOrder).toBe(0);
    check.started({ key: 1, sequence: 1 }, { leftOut: true });
    expect(check.counts().outOfOrder).toBe(1);
  });

  it('counts one effect per idempotency key, also of calls that came out of order', () => {
    for (const sequence of [0, 0, 2, 2, 1, 1, 3, 2]) call(1, sequence);
    expect(check.counts()).toMatchObject({ calls: 8, effects: 4, outOfOrder: 2 });
  });

  it('remembers the most in flight until it is to forget it', () => {
    for (const key of [1, 2, 3]) check.started({ key, sequence: 0 });
    for (const key of [1, 2]) check.ended({ key, sequence: 0 });
    expect(check.counts().peak).toBe(3);
    check.forgetPeak();
    expect(check.counts().peak).toBe(1);
  });
});
