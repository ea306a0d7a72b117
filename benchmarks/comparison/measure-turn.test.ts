import { expect, it } from 'vitest';
import { turnOf } from './measure-turn.ts';

const facts = {
  calls: 0,
  effects: 0,
  overlaps: 0,
  outOfOrder: 0,
  inFlight: 9,
  peak: 9,
  refused: 0,
  troubled: 0,
  atMs: 0,
};

it('counts what happened in the window, by the clock of the stub', () => {
  const before = { facts: { ...facts, calls: 1_000, effects: 1_000, atMs: 500 }, peer: usage(100), stub: usage(0) };
  const after = { facts: { ...facts, calls: 3_000, effects: 2_999, atMs: 4_500 }, peer: usage(200), stub: usage(20) };
  expect(turnOf(before, after, '')).toMatchObject({
    perSecond: 500,
    cpuMicrosPerCall: 50,
    stubMicrosPerCall: 10,
    peakRssBytes: 1_024,
    peakInFlight: 9,
    repeated: 1,
  });
});

it('knows no cost where the system tells none, or nothing was called', () => {
  const nothing = { facts, peer: undefined, stub: undefined };
  expect(turnOf(nothing, { ...nothing, facts: { ...facts, atMs: 10 } }, 'x')).toMatchObject({
    perSecond: 0,
    cpuMicrosPerCall: undefined,
    remark: 'x',
  });
});

function usage(cpuMs: number) {
  return { cpuMs, peakRssBytes: 1_024 };
}
