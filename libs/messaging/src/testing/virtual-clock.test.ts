import { expect, it } from 'vitest';
import { VirtualClock } from './virtual-clock.ts';

/** A clock with a timer after each of these times; `woken` are those that were woken, with the clock's time then. */
function clockWith(...waits: readonly number[]) {
  const clock = new VirtualClock(1_000);
  const woken: { ms: number; index: number; mark: number; now: number }[] = [];
  const forget = waits.map((ms, index) =>
    clock.after(ms, () => void woken.push({ ms, index, mark: clock.mark(), now: clock.now() })),
  );
  return { clock, woken, forget };
}

it('stands still until it is told to go on', () => {
  const { clock, woken } = clockWith(0, 5);
  expect([clock.now(), clock.mark(), clock.waiting, woken.length]).toEqual([1_000, 0, 2, 0]);
});

it('wakes one timer at a time, in order of time, and of setting where the time is the same', () => {
  const { clock, woken } = clockWith(50, 10, 50, 0);
  while (clock.next());
  expect(woken.map(({ ms, index, mark, now }) => [ms, index, mark, now])).toEqual([
    [0, 3, 0, 1_000],
    [10, 1, 10, 1_010],
    [50, 0, 50, 1_050],
    [50, 2, 50, 1_050],
  ]);
});

it('wakes no timer that was taken back, nor the one beside it in its place', () => {
  const { clock, woken, forget } = clockWith(1, 2, 3);
  forget[1]?.();
  forget[1]?.();
  clock.next();
  forget[0]?.();
  while (clock.next());
  expect(woken.map(({ ms }) => ms)).toEqual([1, 3]);
});

it('counts a timer from the moment it is set', () => {
  const clock = new VirtualClock(0);
  const marks: number[] = [];
  const again = () => {
    marks.push(clock.mark());
    if (marks.length < 3) clock.after(10, again);
  };
  clock.after(10, again);
  while (clock.next());
  expect(marks).toEqual([10, 20, 30]);
});
