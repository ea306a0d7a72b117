import { VirtualClock } from '@millrace/messaging/testing';
import { expect, it } from 'vitest';
import { Pulse } from './pulse.ts';

function at(clock: VirtualClock, ms: number): void {
  clock.after(ms - clock.mark(), () => undefined);
  clock.next();
}

it('counts from when it was heard last', () => {
  const clock = new VirtualClock(0);
  const pulse = new Pulse(clock);
  at(clock, 100);
  expect([pulse.quietMs, pulse.silentMs()]).toEqual([100, 100]);
  pulse.heard();
  at(clock, 130);
  expect([pulse.quietMs, pulse.silentMs()]).toEqual([30, 30]);
});

it('does not count as silence that Kafka answered nobody', () => {
  const clock = new VirtualClock(0);
  const pulse = new Pulse(clock);
  at(clock, 120_000);
  pulse.away();
  at(clock, 120_500);
  expect([pulse.quietMs, pulse.silentMs()]).toEqual([120_500, 500]);
});

it('counts for a newcomer from when it came', () => {
  const clock = new VirtualClock(0);
  const pulse = new Pulse(clock);
  at(clock, 1_000);
  expect([pulse.silentMs(400), pulse.silentMs()]).toEqual([600, 1_000]);
});
