import { offsetsTopic } from '../judging/offset-commits.ts';
import type { Scenario } from '../scenario.ts';

const partitions = Array.from({ length: 6 }, () => [1, 2, 3]);
const betweenMs = 5_000;
const moves = 3;

export const coordinatorMoved: Scenario = {
  name: 'coordinator-moved',
  what: 'the broker that keeps the group goes, and another one keeps it',
  broker: 3,
  extents: ['full'],
  run: async ({ cluster, perSecond, open, tell }) => {
    const world = await open({ partitions, idempotencyKeys: 'honoured' });
    world.load({ perSecond, keys: 400 });
    await world.startAll(3);
    let moved = 0;
    for (let move = 1; move <= moves; move++) {
      await world.pass(betweenMs);
      const keeper = await world.rig.leader(world.commitsPartition, offsetsTopic);
      tell(`node ${keeper} keeps the group`);
      // without node 1, the controller, nobody else would be told to keep it
      if (keeper === 1) continue;
      moved++;
      await (move % 2 === 0 ? cluster.node(keeper).kill('SIGKILL') : cluster.node(keeper).stop());
      await world.pass(betweenMs);
      await cluster.node(keeper).start();
    }
    return { world, examine: () => ({ figures: [`${moved} moves`] }) };
  },
};
