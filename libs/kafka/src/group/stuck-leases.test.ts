import { GroupLease } from '@millrace/messaging/membership';
import { expect, it } from 'vitest';
import { StuckLeases } from './stuck-leases.ts';

/** A lease that has been read up to 10, of a partition that goes on to 20. */
function lease(): GroupLease {
  const made = new GroupLease({
    topic: 'orders',
    partition: 0,
    epoch: 1,
    committed: undefined,
    logStart: 0,
    logEnd: 20,
    logId: 'orders 0',
    partitionsThen: 1,
    holder: {
      expired: () => false,
      commit: () => Promise.resolve(),
      release: () => undefined,
      seek: () => undefined,
      pause: () => undefined,
      resume: () => undefined,
      lastRequest: () => 0,
      deliver: () => undefined,
      notTaken: () => undefined,
    },
  });
  made.readFrom(10);
  return made;
}

it('tells for how long nothing has come of a partition that has more', () => {
  const stuck = new StuckLeases();
  const one = lease();
  expect(stuck.look([one], 1_000)).toEqual([{ lease: one, ms: 0 }]);
  expect(stuck.look([one], 5_000)).toEqual([{ lease: one, ms: 4_000 }]);
});

it.each<[string, (one: GroupLease) => void]>([
  ['has moved', (one) => one.skipTo(13)],
  ['has been read to its end', (one) => one.skipTo(20)],
  ['is paused by its consumer', (one) => one.pause()],
  ['is another member’s', (one) => one.end()],
])('says nothing of one that %s', (_, happens) => {
  const stuck = new StuckLeases();
  const one = lease();
  stuck.look([one], 1_000);
  happens(one);
  expect(stuck.look([one], 5_000).filter(({ ms }) => ms > 0)).toEqual([]);
});

it('forgets a lease that is not there any more, so that one that comes back begins anew', () => {
  const stuck = new StuckLeases();
  const one = lease();
  stuck.look([one], 1_000);
  stuck.look([], 2_000);
  expect(stuck.look([one], 9_000)).toEqual([{ lease: one, ms: 0 }]);
});
