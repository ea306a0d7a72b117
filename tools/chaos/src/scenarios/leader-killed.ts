import { callStories } from '../judging/call-story.ts';
import type { Evidence } from '../judging/evidence.ts';
import type { Scenario } from '../scenario.ts';

/** Node 1 is the controller, and stays. */
const partitions = [
  [2, 3, 1],
  [3, 2, 1],
  [2, 1, 3],
  [3, 1, 2],
  [2, 3, 1],
  [3, 2, 1],
];
const betweenMs = 6_000;
const mostMs = 4_000;

export const leaderKilled: Scenario = {
  name: 'leader-killed',
  what: 'kill -9 of the broker that leads half of the partitions, of three with three replicas each',
  broker: 3,
  extents: ['full'],
  run: async ({ cluster, perSecond, open, tell }) => {
    const world = await open({ partitions, idempotencyKeys: 'honoured' });
    world.load({ perSecond, keys: 400 });
    await world.startAll(2);
    for (const node of [2, 3]) {
      tell(`node ${node} is killed`);
      await world.pass(betweenMs);
      await cluster.node(node).kill('SIGKILL');
      await world.pass(2 * betweenMs);
      await cluster.node(node).start();
    }
    await world.pass(betweenMs);
    return {
      world,
      examine: (evidence) => {
        const stallMs = longestStall(evidence);
        const stall = `stall ${(stallMs / 1_000).toFixed(1)} s`;
        return {
          figures: [stall],
          wrong: stallMs > mostMs ? [`${stall}, which is to be at most ${mostMs / 1_000} s`] : [],
        };
      },
    };
  },
};

/** The longest that an event had to wait for its effect, from when it was due to be written. */
function longestStall(evidence: Evidence): number {
  const first = new Map<string, number>();
  for (const { record, actedMs } of callStories(evidence))
    if (actedMs !== undefined && !first.has(record.id)) first.set(record.id, actedMs);
  const delays = [...first].map(([id, actedMs]) => {
    const { dueMs = actedMs } = evidence.acknowledged.get(id.slice(0, id.lastIndexOf('@'))) ?? {};
    return actedMs - dueMs;
  });
  return delays.reduce((most, each) => Math.max(most, each), 0);
}
