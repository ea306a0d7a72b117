import { offsetsTopic } from '../judging/offset-commits.ts';
import type { Scenario } from '../scenario.ts';

const partitions = Array.from({ length: 6 }, () => [1, 2, 3]);
/** Sessions that outlast the move. */
const settings = { sessionTimeoutMs: 15_000, leaseMarginMs: 2_000 };
const betweenMs = 5_000;
const moves = 3;

export const coordinatorMoved: Scenario = {
  name: 'coordinator-moved',
  what: 'the broker that keeps the group goes, and another one keeps it',
  broker: 3,
  extents: ['full'],
  run: async ({ cluster, perSecond, open, tell }) => {
    const world = await open({ partitions, idempotencyKeys: 'honoured', settings });
    const keeper = () => world.rig.leader(world.commitsPartition, offsetsTopic);
    // without node 1, the controller, nobody would be told to keep the group
    const others = (await keeper()) === 3 ? [3, 2] : [2, 3];
    await world.rig.move(world.commitsPartition, others, offsetsTopic);
    world.load({ perSecond, keys: 400 });
    await world.startAll(3);
    for (let move = 1; move <= moves; move++) {
      await world.pass(betweenMs);
      const node = await keeper();
      tell(`node ${node} keeps the group`);
      await (move % 2 === 0 ? cluster.node(node).kill('SIGKILL') : cluster.node(node).stop());
      await world.until('another node to keep the group', async () => ![node, -1].includes(await keeper()));
      await world.pass(betweenMs);
      await cluster.node(node).start();
    }
    return { world, callsAgain: 'none', examine: () => ({ figures: [`${moves} moves`] }) };
  },
};
