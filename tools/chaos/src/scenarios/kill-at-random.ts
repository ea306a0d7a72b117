import { between, oneOf } from '../draw.ts';
import type { Extent, Scenario } from '../scenario.ts';

const kills: Readonly<Record<Extent, number>> = { full: 50, short: 6 };
const members = 3;
const settings = { sessionTimeoutMs: 4_000, leaseMarginMs: 700 };
const pauseMs = { least: 200, most: 5_000 };

/** With an API that honours keys, and one that does not. */
export const killAtRandom: readonly Scenario[] = (['honoured', 'ignored'] as const).map((idempotencyKeys) => ({
  name: `kill-random-keys-${idempotencyKeys}`,
  what: `kill -9 of one of ${members} members at random times; another takes its place`,
  broker: 'shared',
  extents: idempotencyKeys === 'ignored' ? ['full', 'short'] : ['full'],
  run: async ({ extent, random, perSecond, open, tell }) => {
    const world = await open({ partitions: 6, idempotencyKeys, settings });
    world.load({ perSecond, keys: 200 });
    await world.startAll(members);
    const count = kills[extent];
    for (let kill = 1; kill <= count; kill++) {
      tell(`kill ${kill} of ${count}`);
      await world.pass(between(random, pauseMs.least, pauseMs.most));
      await oneOf(random, world.alive).kill();
      world.start();
    }
    return { world, examine: () => ({ figures: [`${count} kills`] }) };
  },
}));
