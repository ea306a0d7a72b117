import { eventOf } from '../member/member-protocol.ts';
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
/** How soon a broker counts as gone; by default it is 9 s. Members' sessions outlast it, as they do by default. */
const brokerSettings = { 'broker.session.timeout.ms': 1_500, 'broker.heartbeat.interval.ms': 300 };
const settings = { sessionTimeoutMs: 15_000, leaseMarginMs: 2_000 };
const betweenMs = 6_000;
const mostMs = 4_000;

export const leaderKilled: Scenario = {
  name: 'leader-killed',
  what: 'kill -9 of the broker that leads half of the partitions, of three with three replicas each',
  broker: 3,
  brokerSettings,
  extents: ['full'],
  run: async ({ cluster, perSecond, open, tell }) => {
    const world = await open({ partitions, idempotencyKeys: 'honoured', settings });
    world.load({ perSecond, keys: 400 });
    await world.startAll(2);
    await world.pass(betweenMs);
    const fromMs = world.nowMs;
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
      callsAgain: 'none',
      examine: (evidence) => {
        const { writtenMs, calledMs, stallMs } = longestWaits(evidence, fromMs);
        const stall = `stall ${seconds(stallMs)}`;
        return {
          figures: [stall, `to be written ${seconds(writtenMs)}`, `from then to its effect ${seconds(calledMs)}`],
          wrong: stallMs > mostMs ? [`${stall}, which is to be at most ${seconds(mostMs)}`] : [],
        };
      },
    };
  },
};

/** The longest that an event had to wait until it was written, from then to its effect, and in all; of those due since `fromMs`. */
function longestWaits(evidence: Evidence, fromMs: number) {
  const acted = new Map<string, number>();
  for (const { record, actedMs } of callStories(evidence))
    if (actedMs !== undefined) acted.set(eventOf(record), Math.min(actedMs, acted.get(eventOf(record)) ?? Infinity));
  const longest = { writtenMs: 0, calledMs: 0, stallMs: 0 };
  for (const [event, { dueMs, atMs }] of evidence.acknowledged) {
    if (dueMs < fromMs) continue;
    const actedMs = acted.get(event) ?? dueMs;
    longest.writtenMs = Math.max(longest.writtenMs, atMs - dueMs);
    longest.calledMs = Math.max(longest.calledMs, actedMs - atMs);
    longest.stallMs = Math.max(longest.stallMs, actedMs - dueMs);
  }
  return longest;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
