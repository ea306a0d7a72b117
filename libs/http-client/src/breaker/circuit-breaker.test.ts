import { VirtualClock } from '@millrace/messaging/testing';
import { describe, expect, it } from 'vitest';
import type { CallOutcome } from '../classification.ts';
import type { BreakerOptions } from './breaker-options.ts';
import { CircuitBreaker } from './circuit-breaker.ts';

/** A breaker, what it told, and calls through it; `call` begins one, and returns what ends it. */
function breakerOf(options: BreakerOptions = {}, fullFlow = 8) {
  const clock = new VirtualClock();
  const told: string[] = [];
  const listener = {
    opened: (reason: string, why: string, probeInMs: number) =>
      void told.push(`opened: ${reason}, ${why}, ${probeInMs}`),
    closed: (ms: number) => void told.push(`closed after ${ms}`),
  };
  const breaker = new CircuitBreaker({ options, clock, fullFlow, listener });
  let calls = 0;
  const call = (key: string | undefined = `key ${calls++}`) => {
    const mark = clock.mark();
    breaker.turnStarted();
    return (outcome: CallOutcome, status?: number) => {
      const atFault = breaker.ended({ mark, outcome, status, key });
      breaker.turnEnded();
      return atFault;
    };
  };
  const many = (count: number, outcome: CallOutcome, status?: number) => {
    for (let each = 0; each < count; each++) call()(outcome, status);
  };
  const pass = (ms: number) => {
    clock.after(ms, () => undefined);
    clock.next();
  };
  /** Begins as many calls as are let through, at most `most`. */
  const asMany = (most: number) => {
    const begun: ReturnType<typeof call>[] = [];
    while (begun.length < most && breaker.closedForMs() === undefined) begun.push(call());
    return begun;
  };
  return { breaker, clock, told, call, many, pass, asMany };
}

describe('a circuit breaker', () => {
  it('opens when half of the last calls have failed, and lets nothing through until the first probe', () => {
    const { breaker, many, pass, told } = breakerOf();
    many(20, 'ok', 200);
    many(19, 'retryable', 503);
    expect(breaker.state()).toEqual({ closedForMs: undefined, breaker: 'closed', why: undefined });
    many(1, 'headers-timeout');
    const why = '20 of its last 40 calls failed, the last with headers-timeout';
    expect(breaker.state()).toEqual({ closedForMs: 100, breaker: 'open', why });
    expect(told).toEqual([`opened: failures, ${why}, 100`]);
    pass(99);
    expect(breaker.closedForMs()).toBe(1);
    pass(1);
    expect(breaker.state()).toMatchObject({ closedForMs: undefined, breaker: 'half-open', why });
  });

  it.each([
    ['the part is smaller', 25, 20],
    ['they are few', 0, 19],
  ])('stays closed while %s', (_why, ok, failed) => {
    const { breaker, many } = breakerOf();
    many(failed - 1, 'retryable', 503);
    many(ok, 'ok', 200);
    many(1, 'retryable', 503);
    expect(breaker.breaker).toBe('closed');
  });

  it('opens when all fails that is called, however well things went before', () => {
    const { breaker, many } = breakerOf();
    many(30, 'ok', 200);
    many(19, 'retryable', 503);
    expect(breaker.breaker).toBe('closed');
    many(1, 'retryable', 503);
    expect(breaker.breaker).toBe('open');
  });

  it('forgets calls that are long ago', () => {
    const { breaker, many, pass } = breakerOf();
    for (let each = 0; each < 10; each++) {
      many(9, 'unreachable');
      many(1, 'ok');
      pass(30_001);
    }
    expect(breaker.breaker).toBe('closed');
  });

  it('does not take one key that fails again and again for a failing API', () => {
    const { breaker, call, many } = breakerOf();
    for (let each = 0; each < 100; each++) call('poison')('retryable', 500);
    expect(breaker.breaker).toBe('closed');
    many(1, 'retryable', 500);
    expect(breaker.breaker).toBe('open');
  });

  it('does not take many keys, of which each fails again while others go well, for a failing API', () => {
    const { breaker, call, many } = breakerOf();
    const failing = Array.from({ length: 19 }, (_, key) => `poison ${key}`);
    const more = failing.map((key) => `${key}, too`);
    const fail = (keys: readonly string[]) => {
      for (const key of keys) call(key)('retryable', 500);
    };
    fail(failing);
    many(100, 'ok', 200);
    fail(more);
    many(100, 'ok', 200);
    fail([...failing, ...more]);
    expect(breaker.breaker).toBe('closed');
    fail([...failing, ...more]);
    expect(breaker.breaker).toBe('open');
  });

  it.each(['throttled', 'aborted'] as const)('learns nothing from a call that was %s', (outcome) => {
    const { breaker, many } = breakerOf();
    many(100, outcome);
    expect(breaker.breaker).toBe('closed');
  });

  it('lets one call probe, and waits twice as long after each that fails, up to a limit', () => {
    const { many, pass, asMany, told } = breakerOf();
    many(20, 'unreachable');
    const waits = [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000].map((waitMs) => {
      pass(waitMs - 1);
      expect(asMany(9)).toHaveLength(0);
      pass(1);
      const [probe, ...others] = asMany(9);
      expect(others).toEqual([]);
      probe?.('unreachable');
      return waitMs;
    });
    expect(waits).toHaveLength(8);
    expect(told).toHaveLength(1);
  });

  it('lets one more go beside the others for each that went well, and closes at full flow', () => {
    const { breaker, many, pass, asMany, told } = breakerOf({}, 8);
    many(20, 'unreachable');
    pass(100);
    const flows: number[] = [];
    while (breaker.breaker !== 'closed') {
      const calls = asMany(100);
      flows.push(calls.length);
      pass(50);
      for (const end of calls) end('ok', 200);
    }
    expect(flows).toEqual([1, 2, 4, 8]);
    expect(asMany(100)).toHaveLength(100);
    expect(told[1]).toBe('closed after 300');
    pass(4_999);
    expect(breaker.isProbing()).toBe(true);
    pass(1);
    expect(breaker.isProbing()).toBe(false);
  });

  it('opens again when more go badly than well, not for a single one', () => {
    const { breaker, many, pass, asMany, call } = breakerOf({}, 100);
    many(20, 'unreachable');
    pass(100);
    for (const outcome of ['ok', 'ok', 'ok', 'retryable', 'retryable', 'retryable'] as const) call()(outcome);
    expect(breaker.breaker).toBe('half-open');
    call()('retryable');
    expect(breaker.state()).toMatchObject({ breaker: 'open', closedForMs: 200 });
    expect(asMany(1)).toHaveLength(0);
  });

  it('closes though keys go badly that have done so before, once another has gone well', () => {
    const { breaker, many, pass, call } = breakerOf({}, 4);
    const failing = Array.from({ length: 20 }, (_, key) => `poison ${key}`);
    for (const key of failing) call(key)('retryable', 500);
    pass(100);
    call('poison 0')('retryable', 500);
    expect(breaker.breaker).toBe('open');
    pass(200);
    many(1, 'ok', 200);
    for (const key of failing) call(key)('retryable', 500);
    expect(breaker.breaker).toBe('half-open');
    many(3, 'ok', 200);
    expect(breaker.breaker).toBe('closed');
  });

  it('learns nothing about the present from calls that began before the probe', () => {
    const { breaker, many, pass, call, asMany } = breakerOf();
    const old = [call(), call(), call()];
    many(20, 'unreachable');
    old[0]?.('ok', 200);
    pass(100);
    const [probe, ...others] = asMany(9);
    expect(others).toEqual([]);
    old[1]?.('ok', 200);
    old[2]?.('headers-timeout');
    expect([breaker.breaker, asMany(9).length]).toEqual(['half-open', 0]);
    probe?.('ok', 200);
    expect(asMany(9)).toHaveLength(2);
  });

  it('lets another probe where one ended without a call', () => {
    const { breaker, many, pass } = breakerOf();
    many(20, 'unreachable');
    pass(100);
    breaker.turnStarted();
    expect(breaker.closedForMs()).toBe(5_000);
    breaker.turnEnded();
    expect(breaker.closedForMs()).toBeUndefined();
  });

  it('adds up the time in which it was not closed', () => {
    const { breaker, many, pass, asMany } = breakerOf({}, 1);
    many(20, 'unreachable');
    pass(1_500);
    expect(breaker.heldBackMs()).toBe(1_500);
    asMany(1)[0]?.('ok', 200);
    pass(10_000);
    expect(breaker.heldBackMs()).toBe(1_500);
  });
});

describe('an API that refuses us', () => {
  it.each([401, 403])('with %i opens it at once, and no record is to blame, until one is let in', (status) => {
    const { breaker, call, pass, told, asMany } = breakerOf({}, 1);
    const running = call();
    expect(call()('refused', status)).toBe(true);
    expect(running('refused', status)).toBe(true);
    const why = `it answered ${status}: our credentials are wrong, revoked or not enough`;
    expect(breaker.state()).toEqual({ breaker: 'open', closedForMs: 100, why });
    pass(100);
    expect(asMany(9)[0]?.('refused', status)).toBe(true);
    expect(breaker.closedForMs()).toBe(200);
    pass(200);
    expect(asMany(9)[0]?.('ok', 200)).toBe(false);
    expect(told).toEqual([`opened: refused, ${why}, 100`, 'closed after 300']);
  });

  it('by rejecting half of what it gets opens it, and no record is to blame from then on', () => {
    const { breaker, many, call, pass, asMany } = breakerOf({}, 1);
    const running = [call(), call()];
    many(5, 'ok', 200);
    many(8, 'rejected', 404);
    many(4, 'ok', 200);
    many(1, 'rejected', 404);
    expect(breaker.breaker).toBe('closed');
    expect(call()('rejected', 404)).toBe(true);
    expect(breaker.state().why).toBe('it rejected 10 of its last 19 calls, the last with 404');
    expect(running[0]?.('rejected', 404)).toBe(true);
    pass(100);
    expect(asMany(1)[0]?.('rejected', 400)).toBe(true);
    expect(breaker.breaker).toBe('open');
    pass(200);
    asMany(1)[0]?.('ok', 200);
    expect([breaker.breaker, running[1]?.('rejected', 404)]).toEqual(['closed', false]);
  });

  it('by rejecting ten in a row opens it, however well things went before', () => {
    const { breaker, many } = breakerOf();
    many(50, 'ok', 200);
    many(9, 'rejected', 404);
    expect(breaker.breaker).toBe('closed');
    many(1, 'rejected', 404);
    expect(breaker.state().why).toBe('it rejected 10 of its last 10 calls, the last with 404');
  });

  it('by rejecting records may be told to mean it', () => {
    const { breaker, call } = breakerOf({ rejections: 'dead-letter' });
    for (let each = 0; each < 100; each++) expect(call()('rejected', 422)).toBe(false);
    expect(breaker.breaker).toBe('closed');
  });

  it('is back as soon as it answers, where it had been down, whatever it thinks of the record', () => {
    const { breaker, many, pass, asMany } = breakerOf({}, 1);
    many(20, 'unreachable');
    pass(100);
    expect(asMany(1)[0]?.('rejected', 422)).toBe(false);
    expect(breaker.breaker).toBe('closed');
  });
});
