import { expect, it } from 'vitest';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { Session } from './session.ts';

function begun() {
  const clock = new VirtualClock(0);
  const ended: number[] = [];
  const session = new Session(clock, 1_000, () => ended.push(clock.mark()));
  return { clock, session, ended };
}

function passTo(clock: VirtualClock, ms: number): void {
  const reached = { it: false };
  clock.after(ms - clock.mark(), () => (reached.it = true));
  while (!reached.it) clock.next();
}

it('is not valid before it was confirmed', () => {
  expect(begun().session.valid).toBe(false);
});

it('ends so long after what was confirmed last was sent, and says so once', () => {
  const { clock, session, ended } = begun();
  session.confirmed(0);
  passTo(clock, 600);
  session.confirmed(500);
  passTo(clock, 1_499);
  expect(session.valid).toBe(true);
  passTo(clock, 10_000);
  expect([session.valid, ended]).toEqual([false, [1_500]]);
});

it('is not shortened by an answer to something sent earlier', () => {
  const { clock, session, ended } = begun();
  session.confirmed(0);
  passTo(clock, 100);
  session.confirmed(100);
  session.confirmed(50);
  passTo(clock, 5_000);
  expect(ended).toEqual([1_100]);
});

it('is over at once when it is ended, and tells nobody then; another may follow', () => {
  const { clock, session, ended } = begun();
  session.confirmed(0);
  session.end();
  expect([session.valid, clock.waiting]).toEqual([false, 0]);
  session.confirmed(0);
  expect(session.valid).toBe(true);
  passTo(clock, 3_000);
  expect(ended).toEqual([1_000]);
});

it('does not come back to life where an answer is there before its timer, in a process that was busy: it ends, and another follows', () => {
  const clock = new VirtualClock(0);
  const busy = { ms: 0 };
  const ended: number[] = [];
  const { now, after } = clock;
  const mark = () => clock.mark() + busy.ms;
  const session = new Session({ now: now.bind(clock), after: after.bind(clock), mark }, 1_000, () => {
    ended.push(mark());
    session.end();
  });
  session.confirmed(0);
  busy.ms = 1_200;
  expect(session.valid).toBe(false);
  session.confirmed(900);
  expect([ended, session.valid]).toEqual([[1_200], true]);
  passTo(clock, 3_000);
  expect(ended).toHaveLength(2);
});
