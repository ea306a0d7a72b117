import { expect, test } from 'vitest';
import { eventfulRun } from './eventful-run.test-support.ts';
import { brokenBy, RunScript, verdict } from './run-script.test-support.ts';

const held = (): RunScript => new RunScript().append('a1', 'a').grant('m1', 1);

test('one effect per key, over retries, a crash and a rebalance', () => {
  expect(verdict(eventfulRun())).toBe('');
});

test('a second effect under one key is caught', () => {
  const run = held();
  const first = run.call('m1', 'a1');
  run
    .effect(first)
    .end(first, 'failed')
    .effect(run.call('m1', 'a1', { attempt: 2 }));
  expect(verdict(run)).toMatchInlineSnapshot(`
    "one effect: broken once
      An API that honours idempotency keys acts once per key, and a record is not called again once its member has received a 200, while that lives and keeps the partition.
      the API acted twice for n:a1:
           0.020 s  m1 call 1 of a1 started, attempt 1, key n:a1
           0.030 s  call 1 took effect
           0.050 s  m1 call 2 of a1 started, attempt 2, key n:a1
           0.060 s  call 2 took effect"
  `);
  expect(brokenBy(run, { apiHonoursKeys: false })).toEqual([]);
});

test('a call after a 200 was received is caught', () => {
  const run = held();
  run.end(run.call('m1', 'a1'), 'accepted').call('m1', 'a1', { attempt: 2 });
  expect(verdict(run)).toMatchInlineSnapshot(`
    "one effect: broken once
      An API that honours idempotency keys acts once per key, and a record is not called again once its member has received a 200, while that lives and keeps the partition.
      m1 called a1 (orders-0@0) again after it had received the API's 200:
           0.020 s  m1 call 1 of a1 started, attempt 1, key n:a1
           0.030 s  call 1 ended: accepted
           0.040 s  m1 call 2 of a1 started, attempt 2, key n:a1"
  `);
});

test('a call after one that failed, or was cut off, is a retry', () => {
  const run = held();
  run.end(run.call('m1', 'a1'), 'failed').end(run.call('m1', 'a1', { attempt: 2 }), 'cut-off');
  run.call('m1', 'a1', { attempt: 3 });
  expect(brokenBy(run)).toEqual([]);
});

test('a 200 that comes after the partition was lost binds nobody', () => {
  const run = held();
  const call = run.call('m1', 'a1');
  run.abort(call).lose('m1', 1).effect(call).end(call, 'accepted').grant('m1', 2).call('m1', 'a1');
  expect(brokenBy(run)).toEqual([]);
});

test('a 200 that its member did not live to act upon binds nobody', () => {
  const run = held();
  run.end(run.call('m1', 'a1'), 'accepted').crash('m1').grant('m2', 2).call('m2', 'a1');
  expect(brokenBy(run)).toEqual([]);
});

test('a 200 received under a lease that was lost since binds nobody', () => {
  const run = held();
  run.end(run.call('m1', 'a1'), 'accepted').lose('m1', 1).grant('m1', 2).call('m1', 'a1');
  expect(brokenBy(run)).toEqual([]);
});
