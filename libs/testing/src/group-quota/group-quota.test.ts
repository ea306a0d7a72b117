import { describe, expect, it } from 'vitest';
import { GroupWorld, partitions } from './group-world.test-support.ts';
import { meanPerSecond, mostInASecond } from '@millrace/http-client/testing';

const second = 1_000;
const perSecond = 300;
const most = 1.01 * perSecond;
const timeout = 60_000;

/** A group of so many members, once each has had its share for a moment. */
async function settledGroup(seed: number, members: number, publish: (world: GroupWorld) => void): Promise<GroupWorld> {
  const world = new GroupWorld({ seed, perSecond });
  world.api.takes = perSecond;
  publish(world);
  for (let member = 0; member < members; member++) world.addMember();
  await world.pass(8 * second);
  return world;
}

function everywhere(count: number): (world: GroupWorld) => void {
  return (world) => {
    for (let partition = 0; partition < partitions; partition++) world.publish(partition, count);
  };
}

/** Calls per second that arrive while `ms` pass. */
async function usedIn(world: GroupWorld, ms: number): Promise<number> {
  const from = world.clock.mark();
  await world.pass(ms);
  return meanPerSecond(world.api.arrivals, from, world.clock.mark());
}

describe('a quota of 300 a second, of a group that reads its lags at drawn delays, at an API to which calls take drawn times', () => {
  it.each([1, 2, 3])(
    'is kept to one per cent, and used to 97, while the group goes from 1 to 3 to 2 members (seed %i)',
    async (seed) => {
      const world = await settledGroup(seed, 1, everywhere(2_500));
      const { api } = world;
      expect(await usedIn(world, 7 * second)).toBeGreaterThanOrEqual(0.97 * perSecond);
      world.addMember();
      world.addMember();
      await world.pass(8 * second);
      expect(await usedIn(world, 15 * second)).toBeGreaterThanOrEqual(0.97 * perSecond);
      for (const member of world.members.slice(0, 1)) world.removeMember(member);
      await world.pass(8 * second);
      expect(await usedIn(world, 15 * second)).toBeGreaterThanOrEqual(0.97 * perSecond);
      expect(mostInASecond(api.arrivals)).toBeLessThanOrEqual(most);
      expect(api.refusals.length).toBeLessThan(0.001 * api.arrivals.length);
    },
    timeout,
  );

  it.each([1, 2, 3])(
    'goes to the member that has all the backlog, and is used to 90 per cent (seed %i)',
    async (seed) => {
      const world = await settledGroup(seed, 3, (each) => each.publish(5, 15_000));
      world.stream(30);
      const { api } = world;
      await world.pass(5 * second);
      while (world.lag > 10 * perSecond)
        expect(await usedIn(world, 5 * second)).toBeGreaterThanOrEqual(0.9 * perSecond);
      expect(mostInASecond(api.arrivals)).toBeLessThanOrEqual(most);
      expect(api.refusals.length).toBeLessThan(0.001 * api.arrivals.length);
    },
    timeout,
  );

  it.each([1, 2, 3])(
    'is kept to where nearly as much comes in, so that lags are small and change fast (seed %i)',
    async (seed) => {
      const world = await settledGroup(seed, 3, () => undefined);
      for (const rate of [150, 290, 320]) {
        const stream = world.stream(rate);
        await world.pass(15 * second);
        stream.stop();
      }
      expect(mostInASecond(world.api.arrivals)).toBeLessThanOrEqual(most);
      expect(world.lag).toBeLessThan(30 * 20);
    },
    timeout,
  );

  it(
    'is kept to when a member is killed, and used again when the group has found out',
    async () => {
      const world = await settledGroup(7, 3, everywhere(2_000));
      world.members.pop()?.process.crash();
      await world.pass(20 * second);
      expect(await usedIn(world, 10 * second)).toBeGreaterThanOrEqual(0.97 * perSecond);
      expect(mostInASecond(world.api.arrivals)).toBeLessThanOrEqual(most);
    },
    timeout,
  );

  it(
    'is found within 10 s where the API cuts it to 100 without a word',
    async () => {
      const world = await settledGroup(4, 3, everywhere(2_000));
      const { api } = world;
      api.takes = 100;
      const cut = world.clock.mark();
      await world.pass(10 * second);
      const found = world.clock.mark();
      expect(await usedIn(world, 20 * second)).toBeGreaterThan(85);
      expect(mostInASecond(api.arrivals, found)).toBeLessThanOrEqual(110);
      expect(meanPerSecond(api.refusals, cut, found)).toBeLessThan(15);
      expect(meanPerSecond(api.refusals, found, world.clock.mark())).toBeLessThan(1);
    },
    timeout,
  );
});
