import { between, oneOf } from '../draw.ts';
import type { Extent, Scenario } from '../scenario.ts';

const members = 3;
const rounds: Readonly<Record<Extent, number>> = { full: 10, short: 2 };
const settings = { sessionTimeoutMs: 4_000, leaseMarginMs: 700 };
const longerMs = { least: 500, most: 4_000 };

export const zombie: Scenario = {
  name: 'zombie',
  what: 'SIGSTOP of a member for longer than its session, and SIGCONT while others have its partitions',
  broker: 'shared',
  extents: ['full', 'short'],
  run: async ({ extent, random, perSecond, open, tell }) => {
    const world = await open({ partitions: 6, idempotencyKeys: 'honoured', settings });
    world.load({ perSecond, keys: 200 });
    await world.startAll(members);
    for (let round = 1; round <= rounds[extent]; round++) {
      tell(`round ${round} of ${rounds[extent]}`);
      await world.pass(between(random, 500, 2_000));
      const thaw = oneOf(random, world.alive).freeze();
      await world.pass(settings.sessionTimeoutMs + between(random, longerMs.least, longerMs.most));
      thaw();
      await world.pass(between(random, 1_000, 2_000));
    }
    return { world, examine: () => ({ figures: [`${rounds[extent]} stops`] }) };
  },
};
