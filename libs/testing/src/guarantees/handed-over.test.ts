import { expect, test } from 'vitest';
import { brokenBy, RunScript, upTo, verdict } from './run-script.test-support.ts';

const accepted = (): RunScript => new RunScript().append('a1', 'a').grant('m1', 1).handle('m1', 'a1');

test('what was accepted and committed before the partition goes is handed over', () => {
  expect(verdict(accepted().commit('m1', upTo(1), { epoch: 1 }).release('m1', 1))).toBe('');
});

test('what was accepted and not committed is caught', () => {
  expect(verdict(accepted().release('m1', 1))).toMatchInlineSnapshot(`
    "handed over: broken once
      When a member lets a partition go, everything that its API has accepted under that lease is persisted, unless the commits of that time were not confirmed.
      m1 let orders-0 go without a1 (orders-0@0):
           0.010 s  m1 granted orders-0, epoch 1, committed: nothing
           0.040 s  call 1 ended: accepted
           0.060 s  m1 let orders-0 go, epoch 1"
  `);
});

test('a member that could not commit, or had lost the partition before, is excused', () => {
  expect(brokenBy(accepted().release('m1', 1, { unconfirmed: true }))).toEqual([]);
  expect(brokenBy(accepted().lose('m1', 1).release('m1', 1))).toEqual([]);
});

test('what failed, or needs no outcome any more, need not be persisted', () => {
  const failed = new RunScript().append('a1', 'a').grant('m1', 1);
  failed.end(failed.call('m1', 'a1'), 'failed');
  expect(brokenBy(failed.release('m1', 1))).toEqual([]);
  expect(brokenBy(accepted().remove('a1').release('m1', 1))).toEqual([]);
  expect(brokenBy(accepted().startLog().release('m1', 1))).toEqual([]);
});
