import { type ApiName, KafkaProxy } from '@millrace/kafka/testing';
import { between, shuffled } from '../draw.ts';
import { type KillPlan, type KillPoint, killPoints } from '../member/kill-points.ts';
import type { Extent, Scenario, Stage } from '../scenario.ts';
import type { ChaosWorld } from '../world/chaos-world.ts';
import type { Member } from '../world/member.ts';

const kills: Readonly<Record<Extent, number>> = { full: 50, short: 5 };
const groups = 4;
const often: ReadonlySet<KillPoint> = new Set([
  'call about to begin',
  'call on its way',
  '200 received',
  'outcome known',
]);
/** One part of a partition's commits at most happens in a life. */
const mostOften = 150;
const mostCommits = 4;
const failing = { 'call failed': 503, 'dead letter about to be written': 422, 'dead letter written': 422 } as const;
const failureRate = 0.05;
const fates = { 'commit lost on its way': 'hold', 'commit stored but not confirmed': 'hold-answer' } as const;
const handOvers: ReadonlySet<KillPoint> = new Set(['partition to be let go', 'partition let go', 'partition lost']);
/** How long the others may take to be given a partition. */
const handOverMs = 4_000;
const stops: ReadonlySet<KillPoint> = new Set(['told to stop', 'drained', 'left the group']);

/** Groups that are to run side by side, half of them with an API that knows no keys. */
export const killAtPoints: readonly Scenario[] = Array.from({ length: groups }, (_, index) => scenario(index + 1));

function scenario(group: number): Scenario {
  return {
    name: `kill-points-${group}`,
    what: 'kill -9 at every point where a consumer waits for somebody else',
    broker: 'shared',
    extents: group <= 2 ? ['full', 'short'] : ['full'],
    run: (stage) => run(stage, group),
  };
}

async function run(stage: Stage, group: number) {
  const { extent, random, perSecond, open, tell } = stage;
  const idempotencyKeys = group % 2 === 1 ? 'honoured' : 'ignored';
  const world = await open({ partitions: 6, idempotencyKeys });
  world.load({ perSecond, keys: 200 });
  const plans = plansOf(random, kills[extent], group);
  for (const [at, plan] of plans.entries()) {
    tell(`kill ${at + 1} of ${plans.length}: ${plan.point}, ${plan.count}`);
    await killAt(world, stage.cluster.brokers, plan, idempotencyKeys);
  }
  const figures = [`${plans.length} kills`];
  return { world, examine: () => ({ figures }) };
}

/** Every point in turn, beginning with another one in each group, in an order of the seed's. */
function plansOf(random: () => number, count: number, group: number): readonly KillPlan[] {
  const rounds = Math.ceil(count / killPoints.length) + 1;
  const points = Array.from({ length: rounds }, () => shuffled(random, killPoints)).flat();
  const from = ((group - 1) * count) % killPoints.length;
  return points.slice(from, from + count).map((point) => ({ point, count: between(random, 1, mostTimes(point)) }));
}

function mostTimes(point: KillPoint): number {
  if (often.has(point)) return mostOften;
  return point.startsWith('commit') ? mostCommits : 1;
}

/** Starts a member that is to die so, sees to it that it gets there, and waits for its end. */
async function killAt(
  world: ChaosWorld,
  brokers: string,
  plan: KillPlan,
  idempotencyKeys: 'honoured' | 'ignored',
): Promise<void> {
  const { point } = plan;
  const left = world.alive;
  const status = failing[point as keyof typeof failing] as number | undefined;
  const usual = { idempotencyKeys, latencyMs: 10 };
  await world.api.behave(status === undefined ? usual : { ...usual, failureRate, status });
  const victim = point in fates ? await cutOffAt(world, brokers, plan) : world.start({ kill: plan });
  await world.until(`${victim.name} to call or die`, () => victim.calls);
  if (stops.has(point)) void victim.stop();
  // who was there before it goes now, so that the next one is alone again
  await Promise.all(left.map((member) => member.stop()));
  if (handOvers.has(point)) await handOverUntilGone(world, victim);
  await world.until(`${victim.name} to die: ${point}`, () => victim.gone);
}

/** Others come, and go, until it has had to let a partition go: it may lose all of them first, where the machine is busy. */
async function handOverUntilGone(world: ChaosWorld, victim: Member): Promise<void> {
  while (victim.alive) {
    const other = world.start();
    await world.until(`${other.name} to call`, () => other.calls);
    await Promise.race([victim.gone, world.pass(handOverMs)]);
    if (victim.alive) await other.stop();
  }
}

/** Its commits go through a proxy, which has it killed when the last of them is where it is to be. */
async function cutOffAt(world: ChaosWorld, brokers: string, { point, count }: KillPlan): Promise<Member> {
  const proxy = await KafkaProxy.start(brokers.split(','));
  const commit: ApiName = 'OffsetCommit';
  let seen = 0;
  const isIt = (): boolean => ++seen >= count;
  const meddling = proxy.meddle(commit, fates[point as keyof typeof fates], isIt);
  const victim = world.start({ routes: proxy.ports });
  const met = world.until(`a commit of ${victim.name}`, () => meddling.met.length > 0 || !victim.alive);
  void met
    .then(
      () => victim.kill(),
      () => undefined,
    )
    .then(() => proxy.close());
  return victim;
}
