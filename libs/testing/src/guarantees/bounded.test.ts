import { expect, test } from 'vitest';
import { eventfulRun } from './eventful-run.test-support.ts';
import { brokenBy, RunScript, verdict } from './run-script.test-support.ts';

const bounded = 'bounded';

test('what is held stays within the limits, over retries, a crash and a rebalance', () => {
  expect(verdict(eventfulRun())).toBe('');
});

test('the limit and what was on its way may be held, and not one record more', () => {
  expect(brokenBy(new RunScript().hold('m1', { records: 110, bytes: 11_000 }))).toEqual([]);
  expect(verdict(new RunScript().hold('m1', { records: 111, bytes: 0 }))).toMatchInlineSnapshot(`
    "bounded: broken once
      A member never holds more records or bytes, in all or of a partition, than its limits and what comes as it pauses, and never runs more calls at once than it may.
      m1 held 111 records, at most 110 may be:
           0.000 s  m1 holds 111 records, 0 bytes"
  `);
  expect(brokenBy(new RunScript().hold('m1', { records: 0, bytes: 11_001 }))).toEqual([bounded]);
});

test('a partition has limits of its own', () => {
  const beyond = { records: 0, bytes: 0 };
  const atMost = { records: 100, bytes: 1_000, recordsPerPartition: 10, bytesPerPartition: 50, inFlight: 1, beyond };
  const hold = (records: number, bytes: number, of = {}): readonly string[] =>
    brokenBy(new RunScript().hold('m1', { records, bytes, ...of }), { atMost });
  expect(hold(100, 1_000)).toEqual([]);
  expect(hold(10, 50, { topic: 'orders', partition: 0 })).toEqual([]);
  expect(hold(11, 0, { topic: 'orders', partition: 0 })).toEqual([bounded]);
  expect(hold(0, 51, { topic: 'orders', partition: 0 })).toEqual([bounded]);
});

function calling(count: number): RunScript {
  const run = new RunScript().grant('m1', 1).grant('m2', 2);
  for (let number = 1; number <= count; number++) run.append(`r${number}`, null).call('m1', `r${number}`);
  return run;
}

test('more calls at once than a member may have are caught', () => {
  expect(brokenBy(calling(4))).toEqual([]);
  expect(verdict(calling(5))).toContain('m1 had 5 calls running, at most 4 may be');
});

test('calls count for the member that makes them, until they end', () => {
  const run = calling(4).append('x', null);
  run.call('m2', 'x');
  run.end(1, 'failed').append('y', null).call('m1', 'y');
  expect(brokenBy(run)).toEqual([]);
});
