import { expect, test } from 'vitest';
import { eventfulRun } from './eventful-run.test-support.ts';
import { brokenBy, RunScript, upTo, verdict } from './run-script.test-support.ts';

const honest = 'honest commits';
const held = (): RunScript => new RunScript().append('a1', 'a').append('b1', 'b').append('c1', 'c').grant('m1', 1);

test('commits are honest, over retries, a crash and a rebalance', () => {
  expect(verdict(eventfulRun())).toBe('');
});

test('a commit past unfinished work is caught', () => {
  const run = held().handle('m1', 'a1').handle('m1', 'c1').commit('m1', upTo(3), { epoch: 1 });
  expect(brokenBy(run)).toEqual(['at least once', honest]);
});

test('so is one past work that only an earlier member had finished, and not persisted', () => {
  const run = held().handle('m1', 'a1').crash('m1').grant('m2', 2).commit('m2', upTo(1), { epoch: 2 });
  expect(verdict(run)).toMatchInlineSnapshot(`
    "honest commits: broken once
      What is committed is finished, as far as the member that commits it has seen or inherited, never lies before what was committed earlier, and never comes from a member that has lost the partition to another.
      m2 committed a1 (orders-0@0) as finished before it had its outcome there:
           0.000 s  a1 appended at orders-0@0, key a
           0.070 s  m1 a1 completed
           0.090 s  m2 granted orders-0, epoch 2, committed: nothing
           0.100 s  m2 committed orders-0: offset 1"
  `);
});

test('a map that claims unfinished work is caught', () => {
  const run = held().handle('m1', 'a1').crash('m1').grant('m2', 2);
  expect(brokenBy(run.commit('m2', upTo(0, { from: 0, to: 1 }), { epoch: 2 }))).toEqual([honest]);
});

test('what was inherited is said on, and what was removed or never was a record is passed over', () => {
  const run = held()
    .append('d1', 'd', { offset: 9 })
    .handle('m1', 'b1')
    .commit('m1', upTo(0, { from: 1, to: 2 }));
  run
    .crash('m1')
    .grant('m2', 2, upTo(0, { from: 1, to: 2 }))
    .handle('m2', 'a1')
    .remove('c1');
  expect(
    brokenBy(run.commit('m2', upTo(9), { epoch: 2 }).handle('m2', 'd1').commit('m2', upTo(10), { epoch: 2 })),
  ).toEqual([]);
});

test('a commit that was sent under an earlier lease is held to what was done there', () => {
  const run = held().handle('m1', 'a1').lose('m1', 1).grant('m1', 2);
  expect(brokenBy(run.commit('m1', upTo(1), { epoch: 1, owner: 'm1' }))).toEqual([]);
  expect(brokenBy(run.commit('m1', upTo(1), { epoch: 2, owner: 'm1' }))).toEqual([honest]);
});

test('where the lease of a commit is not known, any outcome will do', () => {
  const run = held().handle('m1', 'a1').lose('m1', 1).grant('m1', 2);
  expect(brokenBy(run.commit('m1', upTo(1), { owner: 'm1' }))).toEqual([]);
});

test('an offset that goes back is caught', () => {
  const run = held().handle('m1', 'a1').handle('m1', 'b1').commit('m1', upTo(2), { epoch: 1 });
  expect(verdict(run.commit('m1', upTo(1), { epoch: 1 }))).toMatchInlineSnapshot(`
    "honest commits: broken once
      What is committed is finished, as far as the member that commits it has seen or inherited, never lies before what was committed earlier, and never comes from a member that has lost the partition to another.
      m1 committed offset 1 after 2:
           0.120 s  m1 committed orders-0: offset 2
           0.130 s  m1 committed orders-0: offset 1"
  `);
});

test('it may go back after somebody else has set it, or the topic was made anew', () => {
  const run = held().handle('m1', 'a1').handle('m1', 'b1').commit('m1', upTo(2), { epoch: 1 }).stop('m1');
  run.setOffsets(upTo(0)).grant('m2', 2, upTo(0)).handle('m2', 'a1').commit('m2', upTo(1), { epoch: 2 });
  expect(brokenBy(run)).toEqual([]);
  run.startLog().append('n1', 'n').lose('m2', 2).grant('m2', 3, upTo(1)).handle('m2', 'n1');
  expect(brokenBy(run.commit('m2', upTo(0), { epoch: 3 }))).toEqual([]);
});

test('what a member says late of the topic before does not make the next commit go back', () => {
  const run = held().handle('m1', 'a1').handle('m1', 'b1').startLog().append('n1', 'n');
  run.commit('m1', upTo(2), { epoch: 1 }).lose('m1', 1).grant('m1', 2, upTo(2)).handle('m1', 'n1');
  expect(brokenBy(run.commit('m1', upTo(1), { epoch: 2 }))).toEqual([]);
});

test('under one lease that finds another log, commits begin again, and are held to what is done of it', () => {
  const run = held().handle('m1', 'a1').handle('m1', 'b1').commit('m1', upTo(2), { epoch: 1 }).startLog();
  run.append('n1', 'n').append('n2', 'o').append('n3', 'p').handle('m1', 'n1').commit('m1', upTo(1), { epoch: 1 });
  expect(brokenBy(run)).toEqual([]);
  expect(brokenBy(run.commit('m1', upTo(3), { epoch: 1 }))).toEqual(['at least once', honest]);
});

test('a commit stored while the partition is assigned to another member is caught', () => {
  const run = held().handle('m1', 'a1').lose('m1', 1).commit('m1', upTo(1), { epoch: 1, owner: 'm2' });
  expect(verdict(run)).toMatchInlineSnapshot(`
    "honest commits: broken once
      What is committed is finished, as far as the member that commits it has seen or inherited, never lies before what was committed earlier, and never comes from a member that has lost the partition to another.
      m1 committed offset 1 of orders-0, which was m2's:
           0.030 s  m1 granted orders-0, epoch 1, committed: nothing
           0.080 s  m1 lost orders-0, epoch 1
           0.090 s  m1 committed orders-0: offset 1, owned by m2"
  `);
});

test('a commit of a lost lease that is stored before anybody else has the partition does no harm', () => {
  const run = held().handle('m1', 'a1').lose('m1', 1).commit('m1', upTo(1), { epoch: 1, owner: null });
  expect(brokenBy(run)).toEqual([]);
});

test('a commit that a dead member had sent may still be stored', () => {
  const run = held().handle('m1', 'a1').crash('m1').commit('m1', upTo(1), { epoch: 1, owner: 'm1' });
  expect(brokenBy(run)).toEqual([]);
});

test('where nobody knows who owned it, a commit after another has got it tells', () => {
  const run = held().handle('m1', 'a1').lose('m1', 1).grant('m2', 2).commit('m1', upTo(1), { epoch: 1 });
  expect(verdict(run)).toContain("m1 committed offset 1 of orders-0, which was m2's");
});

test('a stale grant to another member does not make a rightful commit wrong', () => {
  const run = held().handle('m1', 'a1').grant('m2', 2);
  expect(brokenBy(run.commit('m1', upTo(1), { epoch: 1, owner: 'm1' }))).toEqual([]);
  expect(brokenBy(held().handle('m1', 'a1').grant('m2', 2).commit('m1', upTo(1), { epoch: 1 }))).toEqual([]);
});

test('nor does one to a member that does not own it either', () => {
  const run = held().handle('m1', 'a1').lose('m1', 1).grant('m2', 2);
  expect(brokenBy(run.commit('m1', upTo(1), { epoch: 1, owner: null }))).toEqual([]);
});
