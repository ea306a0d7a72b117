import { seededRandom } from '@millrace/messaging/testing';
import { expect, test } from 'vitest';
import { eventfulRun } from './eventful-run.test-support.ts';
import { brokenBy, RunScript, upTo, verdict } from './run-script.test-support.ts';

const done = 'done stays done';
/** Offset 0 is stuck, 1 to 3 are finished and persisted so. */
const stored = upTo(0, { from: 1, to: 4 });

function stuck(): RunScript {
  const run = new RunScript().append('s', 's').append('a', 'a').append('b', 'b').append('c', 'c').grant('m1', 1);
  for (const id of ['a', 'b', 'c']) run.handle('m1', id);
  return run.commit('m1', stored, { epoch: 1, owner: 'm1' });
}

test('only what was not persisted is called again, over a crash and a rebalance', () => {
  expect(verdict(eventfulRun())).toBe('');
});

test('after a crash the stuck record alone is called again', () => {
  expect(brokenBy(stuck().crash('m1').grant('m2', 2, stored).handle('m2', 's'))).toEqual([]);
});

test('a record called again although the map says that it is done is caught', () => {
  expect(verdict(stuck().crash('m1').grant('m2', 2, stored).handle('m2', 'b'))).toMatchInlineSnapshot(`
    "done stays done: broken once
      A record is called again only while its outcome is not known, or after a crash or loss before it was persisted, and under the same idempotency key; and no commit forgets what the one before it had persisted.
      m2 called b (orders-0@2) again after its outcome was persisted:
           0.020 s  b appended at orders-0@2, key b
           0.170 s  m1 committed orders-0: offset 0 and 1-3
           0.190 s  m2 granted orders-0, epoch 2, committed: offset 0 and 1-3
           0.200 s  m2 call 4 of b started, attempt 1, key n:b"
  `);
});

test('a record called again below the committed offset is caught', () => {
  const run = new RunScript().append('a', 'a').append('b', 'b').grant('m1', 1).handle('m1', 'a');
  run.commit('m1', upTo(1), { epoch: 1 }).lose('m1', 1).grant('m2', 2, upTo(1));
  expect(brokenBy(run.handle('m2', 'a'))).toEqual([done]);
});

test('a member that begins with less than its predecessor has stored is caught', () => {
  expect(brokenBy(stuck().lose('m1', 1).grant('m2', 2, upTo(0)).handle('m2', 'b'))).toEqual([done]);
});

test('what was finished after the last commit is called again', () => {
  const run = stuck().append('d', 'd').handle('m1', 'd').crash('m1').grant('m2', 2, stored);
  expect(brokenBy(run.handle('m2', 'd'))).toEqual([]);
});

test('a commit of its own that was stored late need not be known to its member', () => {
  const run = new RunScript().append('a', 'a').grant('m1', 1).handle('m1', 'a').lose('m1', 1);
  run.commit('m1', upTo(1), { epoch: 1, owner: null }).grant('m1', 2).handle('m1', 'a');
  expect(brokenBy(run)).toEqual([]);
});

test('a map whose first record was compacted away is dropped for good reason', () => {
  expect(brokenBy(stuck().remove('s').crash('m1').grant('m2', 2, stored).handle('m2', 'b'))).toEqual([]);
});

test('offsets that were copied, with a map that is about others, are dropped for good reason', () => {
  const copied = { ...stored, offset: 1 };
  const run = stuck().stop('m1').setOffsets(copied).grant('m2', 2, copied);
  expect(brokenBy(run.handle('m2', 'b').handle('m2', 'c'))).toEqual([]);
});

test('offsets that were deleted are no promise any more', () => {
  expect(brokenBy(stuck().stop('m1').setOffsets(undefined).grant('m2', 2).handle('m2', 'b'))).toEqual([]);
});

test('what was committed of a deleted topic says nothing of the new one', () => {
  const run = stuck().startLog().append('n0', 's').append('n1', 'a').lose('m1', 1).grant('m2', 2, stored);
  expect(brokenBy(run.handle('m2', 'n0').handle('m2', 'n1'))).toEqual([]);
});

test('nor does it where the topic is made anew under the lease that began with it', () => {
  const run = new RunScript().append('a', 'a').grant('m1', 1).handle('m1', 'a').commit('m1', upTo(1), { epoch: 1 });
  run.lose('m1', 1).grant('m2', 2, upTo(1)).startLog().append('n', 'n');
  expect(brokenBy(run.handle('m2', 'n'))).toEqual([]);
});

test('a record called again after its outcome is caught', () => {
  expect(verdict(stuck().handle('m1', 'a'))).toContain('m1 called a (orders-0@1) again after its outcome');
});

test('a record called again after it was given up on, without a call, is caught', () => {
  const run = new RunScript().append('a', 'a').grant('m1', 1).letter('a').outcome('m1', 'a', 'dead-lettered');
  expect(brokenBy(run.handle('m1', 'a'))).toEqual([done]);
});

test('another idempotency key for the same record is caught, by whomever', () => {
  const run = new RunScript().append('a', 'a').grant('m1', 1);
  run.call('m1', 'a');
  run.crash('m1').grant('m2', 2).call('m2', 'a', { idempotencyKey: 'other:a' });
  expect(verdict(run)).toMatchInlineSnapshot(`
    "done stays done: broken once
      A record is called again only while its outcome is not known, or after a crash or loss before it was persisted, and under the same idempotency key; and no commit forgets what the one before it had persisted.
      a (orders-0@0) was called under other:a after n:a:
           0.020 s  m1 call 1 of a started, attempt 1, key n:a
           0.050 s  m2 call 2 of a started, attempt 1, key other:a"
  `);
});

test('a commit that forgets what its member inherited is caught', () => {
  const run = stuck().crash('m1').grant('m2', 2, stored).append('d', 'd').handle('m2', 'd');
  expect(verdict(run.commit('m2', upTo(0, { from: 4, to: 5 }), { epoch: 2 }))).toMatchInlineSnapshot(`
    "done stays done: broken once
      A record is called again only while its outcome is not known, or after a crash or loss before it was persisted, and under the same idempotency key; and no commit forgets what the one before it had persisted.
      m2 committed without a (orders-0@1), which was persisted as done before:
           0.010 s  a appended at orders-0@1, key a
           0.170 s  m1 committed orders-0: offset 0 and 1-3
           0.190 s  m2 granted orders-0, epoch 2, committed: offset 0 and 1-3
           0.250 s  m2 committed orders-0: offset 0 and 4"
  `);
});

test('a commit that says less than the one before it, of the same lease, is caught', () => {
  expect(brokenBy(stuck().commit('m1', upTo(0, { from: 1, to: 3 }), { epoch: 1 }))).toEqual([done]);
});

test('a commit may leave out what lies below its offset, or was removed, or never was a record', () => {
  const run = stuck().append('x', 'x', { offset: 6 }).handle('m1', 'x');
  run.commit('m1', upTo(0, { from: 1, to: 7 }), { epoch: 1 }).remove('x');
  expect(
    brokenBy(run.commit('m1', stored, { epoch: 1 }).handle('m1', 's').commit('m1', upTo(4), { epoch: 1 })),
  ).toEqual([]);
});

test('a map that was too long may have been cut', () => {
  const random = seededRandom(7);
  const offsets = Array.from({ length: 20_000 }, (_, index) => index + 4);
  const scattered = offsets.filter(() => random() < 0.5).map((from) => ({ from, to: from + 1 }));
  const long = upTo(0, { from: 1, to: 3 }, ...scattered);
  expect(long.metadata.length).toBeGreaterThan(2_048);
  const run = new RunScript().append('s', 's').append('a', 'a').append('b', 'b').grant('m1', 1);
  run.handle('m1', 'a').handle('m1', 'b').commit('m1', long, { epoch: 1 });
  expect(brokenBy(run.commit('m1', upTo(0, { from: 1, to: 2 }), { epoch: 1 }))).toEqual([]);
});

test('a member that did not find it need not repeat what a commit said', () => {
  const run = stuck().remove('s').crash('m1').grant('m2', 2, stored).handle('m2', 'a');
  expect(brokenBy(run.commit('m2', upTo(2), { epoch: 2 }))).toEqual([]);
});
