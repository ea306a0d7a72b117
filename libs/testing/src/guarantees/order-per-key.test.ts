import { expect, test } from 'vitest';
import { eventfulRun } from './eventful-run.test-support.ts';
import { brokenBy, RunScript, upTo, verdict } from './run-script.test-support.ts';

const held = (): RunScript => new RunScript().append('a1', 'a').append('a2', 'a').grant('m1', 1);

test('order survives retries, a crash and a rebalance', () => {
  expect(verdict(eventfulRun())).toBe('');
});

test('a record called before the earlier one of its key has its outcome is caught', () => {
  const run = held();
  run.end(run.call('m1', 'a1'), 'accepted');
  run.call('m1', 'a2');
  expect(verdict(run)).toMatchInlineSnapshot(`
    "order per key: broken once
      A record is called only after every earlier one of its key has its outcome, retries included, and a key is called by another member only when the one before is gone or has lost the partition.
      m1 called a2 (orders-0@1) before a1 (orders-0@0) of the same key had its outcome:
           0.000 s  a1 appended at orders-0@0, key a
           0.010 s  a2 appended at orders-0@1, key a
           0.020 s  m1 granted orders-0, epoch 1, committed: nothing
           0.050 s  m1 call 2 of a2 started, attempt 1, key n:a2"
  `);
});

test('a record called while the earlier one waits for its retry is caught', () => {
  const run = held();
  run.end(run.call('m1', 'a1'), 'failed').handle('m1', 'a2');
  expect(brokenBy(run)).toEqual(['order per key']);
});

test('a record that was never delivered is missed at the next one of its key', () => {
  const run = held().append('a3', 'a').handle('m1', 'a1').handle('m1', 'a3');
  expect(verdict(run)).toContain('m1 called a3 (orders-0@2) before a2 (orders-0@1) of the same key had its outcome');
});

test('after a crash a key begins again at its first record that was not persisted', () => {
  const run = held().handle('m1', 'a1').crash('m1').grant('m2', 2);
  expect(brokenBy(run.handle('m2', 'a1').handle('m2', 'a2'))).toEqual([]);
  const skipping = held().handle('m1', 'a1').crash('m1').grant('m2', 2).handle('m2', 'a2');
  expect(verdict(skipping)).toContain(
    'm2 called a2 (orders-0@1) before a1 (orders-0@0) of the same key had its outcome',
  );
});

test('what an earlier life has persisted needs no outcome of the next', () => {
  const run = new RunScript().append('b1', 'b').append('a1', 'a').append('a2', 'a').grant('m1', 1).handle('m1', 'a1');
  run
    .commit('m1', upTo(0, { from: 1, to: 2 }), { epoch: 1 })
    .crash('m1')
    .grant('m2', 2, upTo(0, { from: 1, to: 2 }));
  expect(brokenBy(run.handle('m2', 'a2'))).toEqual([]);
});

test('a record that was compacted away keeps no other waiting', () => {
  expect(brokenBy(held().remove('a1').handle('m1', 'a2'))).toEqual([]);
});

test('other keys, and records without one, wait for nobody', () => {
  const run = new RunScript().append('a1', 'a').append('b1', 'b').append('n1', null).append('n2', null).grant('m1', 1);
  for (const id of ['a1', 'b1', 'n2', 'n1']) run.call('m1', id);
  expect(brokenBy(run)).toEqual([]);
});

test('a key that goes to another member while the one before holds the partition is caught', () => {
  const run = held();
  run.end(run.call('m1', 'a1'), 'failed').grant('m2', 2).handle('m2', 'a1');
  expect(verdict(run)).toMatchInlineSnapshot(`
    "order per key: broken once
      A record is called only after every earlier one of its key has its outcome, retries included, and a key is called by another member only when the one before is gone or has lost the partition.
      m2 called a1 (orders-0@0) while m1, which had called its key, held the partition:
           0.000 s  a1 appended at orders-0@0, key a
           0.020 s  m1 granted orders-0, epoch 1, committed: nothing
           0.030 s  m1 call 1 of a1 started, attempt 1, key n:a1
           0.050 s  m2 granted orders-0, epoch 2, committed: nothing
           0.060 s  m2 call 2 of a1 started, attempt 1, key n:a1"
  `);
});

test('a member that holds on, and calls a key after its new owner, is caught', () => {
  const run = held().handle('m1', 'a1').grant('m2', 2).lose('m1', 1).handle('m2', 'a1').grant('m1', 3, upTo(1));
  expect(verdict(run.handle('m1', 'a2'))).toContain(
    'm1 called a2 (orders-0@1) while m2, which had called its key, held',
  );
});

test.each<[string, (run: RunScript) => RunScript]>([
  ['is dead', (run) => run.crash('m1')],
  ['has lost the partition', (run) => run.lose('m1', 1)],
  ['stands still past its session', (run) => run.stall('m1').expire('m1')],
  ['was forgotten by the coordinator', (run) => run.expire('m1', 'coordinator lost its members')],
])('a key may go to another member when the one before %s', (_, gone) => {
  const run = held().handle('m1', 'a1');
  expect(brokenBy(gone(run).grant('m2', 2).handle('m2', 'a1').handle('m2', 'a2'))).toEqual([]);
});

test('one that wakes up past its session goes on for a moment, which says nothing about its successor', () => {
  const run = held().handle('m1', 'a1').stall('m1').expire('m1').grant('m2', 2).handle('m2', 'a1');
  expect(brokenBy(run.handle('m1', 'a2').lose('m1', 1).handle('m2', 'a2'))).toEqual([]);
});
