import type { Scenario } from '../scenario.ts';

const betweenMs = 2_000;

/** Nobody dies: what is asked is that partitions move without a loss. */
export const scale: Scenario = {
  name: 'scale',
  what: 'one member, then four, then two, under load',
  broker: 'shared',
  extents: ['full'],
  run: async ({ perSecond, open, tell }) => {
    const world = await open({ partitions: 12, idempotencyKeys: 'ignored' });
    world.load({ perSecond, keys: 400 });
    for (const count of [1, 4, 2, 4, 1]) {
      tell(`${count} members`);
      await world.startAll(Math.max(0, count - world.alive.length));
      await world.pass(betweenMs);
      const tooMany = world.alive.slice(0, Math.max(0, world.alive.length - count));
      await Promise.all(tooMany.map((member) => world.until(`${member.name} to stop`, () => member.stop())));
      await world.pass(betweenMs);
    }
    return { world, callsAgain: 'none' };
  },
};
