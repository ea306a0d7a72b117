import { describe, expect, it } from 'vitest';
import { RunningCalls } from './running-calls.ts';
import { ServiceError } from '../errors/service-error.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';

const lost = new ServiceError('CALL_ABORTED', 'lost');

const ownerOf = () => ({ ended: false });

function callsOn(timeoutMs: number) {
  const clock = new VirtualClock(0);
  const calls = new RunningCalls({ timeoutMs, clock });
  const passTo = (ms: number) => {
    let there = false;
    clock.after(ms - clock.mark(), () => (there = true));
    while (!there) clock.next();
  };
  return { clock, calls, passTo };
}

describe('running calls', () => {
  it('are cut off one by one as each passes its own deadline, with one timer for all', () => {
    const { clock, calls, passTo } = callsOn(100);
    const first = calls.start(ownerOf());
    passTo(10);
    const [second, third] = [calls.start(ownerOf()), calls.start(ownerOf())];
    expect(clock.waiting).toBe(1);
    calls.end(second);
    passTo(100);
    expect([first.cutOff?.code, third.cutOff]).toEqual(['API_TIMEOUT', undefined]);
    passTo(110);
    expect(third.cutOff?.code).toBe('API_TIMEOUT');
    expect(clock.waiting).toBe(0);
  });

  it('have no timer once the last has ended, and one again for the next', () => {
    const { clock, calls, passTo } = callsOn(100);
    calls.end(calls.start(ownerOf()));
    expect(clock.waiting).toBe(0);
    passTo(50);
    const next = calls.start(ownerOf());
    passTo(149);
    expect(next.cutOff).toBeUndefined();
    passTo(150);
    expect(next.cutOff?.code).toBe('API_TIMEOUT');
  });

  it('of one owner are cut off together, overdue ones as well, and leave no timer behind', () => {
    const { clock, calls, passTo } = callsOn(100);
    const [owner, other] = [ownerOf(), ownerOf()];
    const overdue = calls.start(owner);
    passTo(100);
    const [ours, others] = [calls.start(owner), calls.start(other)];
    calls.cut(owner, lost);
    expect([overdue.cutOff, ours.cutOff, others.cutOff]).toEqual([lost, lost, undefined]);
    for (const cohort of [others, ours, overdue]) calls.end(cohort);
    expect(clock.waiting).toBe(0);
  });

  it('show in their signal that they were cut off, whether it was asked for before or after', () => {
    const { calls } = callsOn(100);
    const owner = ownerOf();
    const [early, late] = [calls.start(owner), calls.start(owner)];
    const { signal } = early;
    expect(signal.aborted).toBe(false);
    calls.cut(owner, lost);
    expect([signal.reason, late.signal.reason]).toEqual([lost, lost]);
  });

  it('are cut off when their signal is asked for after their owner has ended, and those of others are not', () => {
    const { calls } = callsOn(100);
    const [owner, other] = [ownerOf(), ownerOf()];
    const [ours, others] = [calls.start(owner), calls.start(other)];
    owner.ended = true;
    expect(ours.cutOff).toBeUndefined();
    expect([ours.signal.aborted, others.signal.aborted]).toEqual([true, false]);
    expect([ours.cutOff?.code, others.cutOff]).toEqual(['CALL_ABORTED', undefined]);
  });

  it('share a signal where they are of one owner and begin together, up to 64 of them', () => {
    const { calls, passTo } = callsOn(1_000);
    const owner = ownerOf();
    const first = calls.start(owner);
    passTo(10);
    expect(calls.start(owner)).toBe(first);
    expect(calls.start(ownerOf())).not.toBe(first);
    passTo(11);
    const second = calls.start(owner);
    expect(second).not.toBe(first);
    for (let call = 2; call <= 64; call++) expect(calls.start(owner)).toBe(second);
    expect(calls.start(owner)).not.toBe(second);
  });

  it('that share one have the time of the youngest, and none begins in one that was cut off', () => {
    const { calls, passTo } = callsOn(1_000);
    const owner = ownerOf();
    const first = calls.start(owner);
    passTo(10);
    calls.start(owner);
    passTo(1_000);
    expect(first.cutOff).toBeUndefined();
    passTo(1_010);
    expect(first.cutOff?.code).toBe('API_TIMEOUT');
    const after = calls.start(owner);
    calls.cut(owner, lost);
    expect(calls.start(owner)).not.toBe(after);
  });
});
