import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSystemClock, longestTimerMs } from './clock.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A clock with a wait of each length; `woken` are those that are over, and when. */
function clockWith(...waits: readonly number[]) {
  const clock = createSystemClock();
  const startMs = clock.mark();
  const woken: { ms: number; index: number; afterMs: number }[] = [];
  const wait = (ms: number, index: number) => {
    return clock.after(ms, () => void woken.push({ ms, index, afterMs: clock.mark() - startMs }));
  };
  return { clock, woken, takeBack: waits.map(wait), lengths: () => woken.map(({ ms }) => ms) };
}

describe('the system clock', () => {
  it('has one timer of Node, however many wait, and none when all are taken back', () => {
    const { takeBack } = clockWith(...Array.from({ length: 5_000 }, (_, index) => 30_000 - index));
    expect(vi.getTimerCount()).toBe(1);
    for (const back of takeBack.slice(1)) back();
    expect(vi.getTimerCount()).toBe(1);
    takeBack[0]?.();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('wakes each in its own time, and of equal time in the order of setting', () => {
    const { woken } = clockWith(50, 10, 50, 1, 10.5);
    vi.advanceTimersByTime(60);
    expect(woken.map(({ index, afterMs }) => [index, afterMs])).toEqual([
      [3, 1],
      [1, 10],
      [4, 11],
      [0, 50],
      [2, 50],
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('wakes no wait that was taken back, not even by one that ends with it', () => {
    const { clock, takeBack, lengths } = clockWith(10, 20, 30);
    takeBack[1]?.();
    takeBack[1]?.();
    const takeBackLast: (() => void)[] = [];
    clock.after(40, () => takeBackLast[0]?.());
    takeBackLast.push(clock.after(40, () => expect.unreachable('it was taken back')));
    vi.advanceTimersByTime(100);
    takeBack[0]?.();
    expect(lengths()).toEqual([10, 30]);
  });

  it('takes a wait set meanwhile for what it is, also when it ends before all others', () => {
    const { clock, woken, takeBack } = clockWith(1_000);
    vi.advanceTimersByTime(100);
    clock.after(5, () => takeBack[0]?.());
    vi.advanceTimersByTime(4);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(1);
    expect([vi.getTimerCount(), woken]).toEqual([0, []]);
  });

  it('waits at least 1 ms, so that one that begins anew at its end lets others have their turn', () => {
    const clock = createSystemClock();
    let times = 0;
    const again = () => void (++times, clock.after(0, again));
    again();
    vi.advanceTimersByTime(3);
    expect(times).toBe(4);
  });

  it.each([Number.MAX_SAFE_INTEGER, Infinity])('ends a wait of %d ms after the longest that a timer can', (ms) => {
    const { lengths } = clockWith(ms);
    vi.advanceTimersByTime(longestTimerMs - 1);
    expect(lengths()).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(lengths()).toEqual([ms]);
  });

  it('wakes the others when one throws, and keeps quiet about nothing', () => {
    const { clock, lengths } = clockWith(10, 30);
    clock.after(20, () => {
      throw new Error('one');
    });
    clock.after(20, () => {
      throw new Error('another');
    });
    clock.after(20, () => void clock.after(5, () => undefined));
    expect(() => vi.advanceTimersByTime(20)).toThrow('one');
    expect(() => vi.advanceTimersByTime(1)).toThrow('another');
    vi.advanceTimersByTime(20);
    expect([lengths(), vi.getTimerCount()]).toEqual([[10, 30], 0]);
  });

  it('trusts a timer of Node that fires early, as Node may by a fraction of a millisecond', () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(0);
    const { lengths } = clockWith(10);
    now.mockReturnValue(9.4);
    vi.advanceTimersByTime(10);
    expect(lengths()).toEqual([10]);
  });

  it('wakes nobody in the context of another', () => {
    const context = new AsyncLocalStorage<string>();
    const clock = context.run('the clock', createSystemClock);
    const seen: unknown[] = [];
    context.run('the first', () => clock.after(5, () => seen.push(context.getStore())));
    context.run('the second', () => clock.after(5, () => seen.push(context.getStore())));
    vi.advanceTimersByTime(5);
    expect(seen).toEqual(['the clock', 'the clock']);
  });
});
