import { expect, test } from 'vitest';
import { eventfulRun } from './eventful-run.test-support.ts';
import { brokenBy, RunScript, verdict } from './run-script.test-support.ts';

/** m1 has a call of `a1` running, its first one. */
function calling(): RunScript {
  const run = new RunScript().append('a1', 'a').append('a2', 'a').join('m1').grant('m1', 1);
  run.call('m1', 'a1');
  return run;
}

function thenCall(run: RunScript, member: string, id: string): RunScript {
  run.call(member, id);
  return run;
}

test('one call of a key at a time, over retries, a crash and a rebalance', () => {
  expect(verdict(eventfulRun())).toBe('');
});

test('two calls of a record at once are caught', () => {
  expect(verdict(thenCall(calling(), 'm1', 'a1'))).toMatchInlineSnapshot(`
    "one at a time per key: broken once
      At any time at most one call of a key runs within the group, begun by a member that holds the partition; what a member left running that died, stood still past its session, or has told it to stop does not count for others.
      m1 called a1 (orders-0@0) while m1 had a call of it running:
           0.030 s  m1 granted orders-0, epoch 1, committed: nothing
           0.040 s  m1 call 1 of a1 started, attempt 1, key n:a1
           0.050 s  m1 call 2 of a1 started, attempt 1, key n:a1"
  `);
});

test('calls of two records of a key at once are caught', () => {
  expect(brokenBy(thenCall(calling(), 'm1', 'a2'))).toContain('one at a time per key');
});

test('a record without a key has no two calls at once either', () => {
  const run = new RunScript().append('n1', null).grant('m1', 1);
  expect(brokenBy(thenCall(thenCall(run, 'm1', 'n1'), 'm1', 'n1'))).toEqual(['one at a time per key']);
});

test('a call that another member has left running, and not told to stop, is caught', () => {
  const run = thenCall(calling().lose('m1', 1).grant('m2', 2), 'm2', 'a1');
  expect(verdict(run)).toContain('m2 called a1 (orders-0@0) while m1 had a call of it running');
});

test('a call that was told to stop, and does not, does not bind other members', () => {
  expect(brokenBy(thenCall(calling().abort(1).lose('m1', 1).grant('m2', 2), 'm2', 'a1'))).toEqual([]);
});

test('in its own process it does: a key that comes back waits for its old call', () => {
  const run = calling().abort(1).lose('m1', 1).grant('m1', 2);
  expect(brokenBy(thenCall(run, 'm1', 'a1'))).toEqual(['one at a time per key']);
  const patient = calling().abort(1).lose('m1', 1).grant('m1', 2).end(1, 'cut-off');
  expect(brokenBy(thenCall(patient, 'm1', 'a1'))).toEqual([]);
});

test('calls of the dead do not count, not even before the coordinator has noticed', () => {
  expect(brokenBy(thenCall(calling().crash('m1').grant('m2', 2), 'm2', 'a1'))).toEqual([]);
});

test('one that stands still past its session does not count, until it has joined again', () => {
  const late = calling().stall('m1').expire('m1').grant('m2', 2);
  expect(brokenBy(thenCall(late, 'm2', 'a1'))).toEqual([]);
  const back = thenCall(calling().stall('m1').expire('m1').join('m1').grant('m2', 2), 'm2', 'a1');
  expect(brokenBy(back)).toContain('one at a time per key');
});

test('one that wakes up past its session may begin a call before it knows', () => {
  const run = thenCall(calling().end(1, 'failed').stall('m1').expire('m1').grant('m2', 2), 'm2', 'a1');
  expect(brokenBy(thenCall(run, 'm1', 'a1'))).toEqual([]);
});

test('one that expired without standing still should have stopped by itself', () => {
  const run = thenCall(calling().expire('m1').grant('m2', 2), 'm2', 'a1');
  expect(brokenBy(run)).toEqual(['order per key', 'one at a time per key']);
});

test('one that stood still, but not past its session, still counts', () => {
  expect(brokenBy(thenCall(calling().stall('m1').grant('m2', 2), 'm2', 'a1'))).toContain('one at a time per key');
});

test('a call that starts after the partition was lost is caught', () => {
  const run = new RunScript().append('a1', 'a').grant('m1', 1).lose('m1', 1);
  expect(verdict(thenCall(run, 'm1', 'a1'))).toMatchInlineSnapshot(`
    "one at a time per key: broken once
      At any time at most one call of a key runs within the group, begun by a member that holds the partition; what a member left running that died, stood still past its session, or has told it to stop does not count for others.
      m1 called a1 (orders-0@0) without holding the partition:
           0.000 s  a1 appended at orders-0@0, key a
           0.010 s  m1 granted orders-0, epoch 1, committed: nothing
           0.020 s  m1 lost orders-0, epoch 1
           0.030 s  m1 call 1 of a1 started, attempt 1, key n:a1"
  `);
});

test('a call that starts without the partition, or after the end of its member, is caught', () => {
  const never = new RunScript().append('a1', 'a');
  expect(brokenBy(thenCall(never, 'm1', 'a1'))).toEqual(['one at a time per key']);
  const stopped = new RunScript().append('a1', 'a').grant('m1', 1).stop('m1');
  expect(brokenBy(thenCall(stopped, 'm1', 'a1'))).toEqual(['one at a time per key']);
});
