import { expect, test } from 'vitest';
import { eventfulRun } from './eventful-run.test-support.ts';
import { brokenBy, RunScript, upTo, verdict } from './run-script.test-support.ts';

const held = (): RunScript => new RunScript().append('a1', 'a').append('b1', 'b').grant('m1', 1);
const lost = 'at least once';

test('every record has its outcome, over retries, a crash and a rebalance', () => {
  expect(verdict(eventfulRun())).toBe('');
});

test('a record committed without an outcome is caught', () => {
  expect(verdict(held().handle('m1', 'a1').commit('m1', upTo(2)))).toMatchInlineSnapshot(`
    "at least once: broken once
      A record counts as done in a commit only after its outcome is known and its dead letter, if it has one, is durable; and in the end every record has an outcome, each subscribed one that has not expired with an effect or a dead letter.
      b1 (orders-0@1) was committed by m1 without an outcome:
           0.010 s  b1 appended at orders-0@1, key b
           0.070 s  m1 committed orders-0: offset 2
    honest commits: broken once
      What is committed is finished, as far as the member that commits it has seen or inherited, never lies before what was committed earlier, and never comes from a member that has lost the partition to another.
      m1 committed b1 (orders-0@1) as finished before it had its outcome there:
           0.010 s  b1 appended at orders-0@1, key b
           0.020 s  m1 granted orders-0, epoch 1, committed: nothing
           0.070 s  m1 committed orders-0: offset 2"
  `);
});

test('so is one that the map beside the offset claims', () => {
  const run = held().commit('m1', upTo(0, { from: 1, to: 2 }));
  expect(verdict(run)).toContain('b1 (orders-0@1) was committed by m1 without an outcome');
});

test('each commit is held to what it adds, wherever the one before it ended', () => {
  const run = held()
    .append('a2', 'a')
    .append('b2', 'b')
    .handle('m1', 'b1')
    .commit('m1', upTo(0, { from: 1, to: 2 }));
  expect(brokenBy(run)).toEqual([]);
  expect(verdict(run.commit('m1', upTo(0, { from: 1, to: 4 })))).toContain('a2 (orders-0@2) was committed by m1');
});

test('a dead letter must be durable before its record is committed', () => {
  const early = held().outcome('m1', 'a1', 'dead-lettered').commit('m1', upTo(1)).letter('a1');
  expect(verdict(early)).toContain('a1 (orders-0@0) was committed by m1 before its dead letter was durable');
  const late = held().letter('a1').outcome('m1', 'a1', 'dead-lettered').commit('m1', upTo(1));
  expect(brokenBy(late)).toEqual([]);
});

test('a record that has no outcome in the end is lost', () => {
  expect(verdict(held().handle('m1', 'a1').settle())).toMatchInlineSnapshot(`
    "at least once: broken once
      A record counts as done in a commit only after its outcome is known and its dead letter, if it has one, is durable; and in the end every record has an outcome, each subscribed one that has not expired with an effect or a dead letter.
      b1 (orders-0@1) ended without an outcome:
           0.010 s  b1 appended at orders-0@1, key b
           0.070 s  all faults over, everything had its time"
  `);
});

test('a record taken for done that nobody was told of is lost', () => {
  const run = held().handle('m1', 'a1').outcome('m1', 'b1', 'skipped').commit('m1', upTo(2)).settle();
  expect(verdict(run)).toContain('b1 (orders-0@1) ended with neither an effect nor a dead letter');
});

test('a completed record without an effect is lost', () => {
  expect(brokenBy(held().handle('m1', 'a1').outcome('m1', 'b1').settle())).toEqual([lost]);
});

test('what is expired, dead-lettered or of a type nobody asked for needs no effect', () => {
  const run = held().append('c1', 'c', { subscribed: false }).outcome('m1', 'a1', 'expired').letter('b1');
  expect(brokenBy(run.outcome('m1', 'b1', 'dead-lettered').outcome('m1', 'c1', 'skipped').settle())).toEqual([]);
});

test('what was removed from the log needs no outcome, committed or not', () => {
  expect(brokenBy(held().remove('a1', 'retention').remove('b1').commit('m1', upTo(2)).settle())).toEqual([]);
});

test('what is left of a deleted topic needs no outcome; what is in the new one does', () => {
  const run = held().startLog().append('n1', 'a');
  expect(verdict(run.settle())).toContain('n1 (orders-0@0) ended without an outcome');
});

test('a commit about a deleted topic, stored late, says nothing of the new one', () => {
  const run = held().handle('m1', 'a1').handle('m1', 'b1').startLog().append('n1', 'a').append('n2', 'b');
  run.commit('m1', upTo(2), { epoch: 1 }).lose('m1', 1).grant('m1', 2, upTo(2)).commit('m1', upTo(2), { epoch: 2 });
  expect(brokenBy(run)).toEqual([]);
  run.handle('m1', 'n1').commit('m1', upTo(2), { epoch: 2 });
  expect(brokenBy(run)).toContain(lost);
});

test('an outcome told by a member that is gone is enough to commit it', () => {
  const run = held().handle('m1', 'a1').crash('m1').grant('m2', 2).commit('m2', upTo(1));
  expect(brokenBy(run)).not.toContain(lost);
});
