import { between, oneOf } from '../draw.ts';
import { judgeServices } from '../judging/judge-services.ts';
import type { Scenario } from '../scenario.ts';
import { holdRelay, type RelayPoint } from '../world/hold-relay.ts';
import type { ServicesWorld } from '../world/services-world.ts';
import { registrationsPerSecond, servicesFigures } from './services-load.ts';

const points: readonly RelayPoint[] = ['commit', 'write', 'written', 'commit'];
const pauseMs = { least: 300, most: 1_500 };
const longerMs = { least: 300, most: 2_000 };
/** Of OUTBOX_SHARDS, when nobody says otherwise. */
const allShards = 6;

export const relayFrozen: Scenario = {
  name: 'relay-frozen',
  what: 'SIGSTOP of a user-service with a transaction on its way until others relay its shards; then it goes on, and SIGCONT',
  broker: 'shared',
  alone: true,
  extents: ['full'],
  run: async ({ random, openServices, tell }) => {
    const world = await openServices({ toKafka: 'through proxies' });
    world.load(registrationsPerSecond);
    for (const [at, point] of points.entries()) {
      tell(`freeze ${at + 1} of ${points.length}`);
      await world.pass(between(random, pauseMs.least, pauseMs.most));
      const zombie = oneOf(random, world.replicas);
      await world.until(`${zombie} to relay its part`, async () => (await world.shardsOf(zombie)) > 0);
      await freeze(world, zombie, point, between(random, longerMs.least, longerMs.most));
    }
    tell('the rest is done');
    const evidence = await world.finish();
    const hand = `${evidence.inZombiesHand.length} events in hand`;
    return { ...judgeServices(evidence), figures: [`${points.length} freezes, ${hand}`, ...servicesFigures(evidence)] };
  },
};

/** Stops it at that point, and lets what it has in hand come to Kafka when others have done it already. */
async function freeze(world: ServicesWorld, zombie: string, point: RelayPoint, longerMs: number): Promise<void> {
  const service = world.process(zombie);
  const { pid } = service;
  const relay = holdRelay(world.proxy(zombie), point);
  await world.until(`${zombie} to publish something`, () => relay.isHeld());
  await service.kill('SIGSTOP');
  const others = world.replicas.filter((name) => name !== zombie);
  await world.until('others to relay its shards', async () => {
    const shards = await Promise.all(others.map((name) => world.shardsOf(name)));
    return shards.reduce((sum, each) => sum + each, 0) === allShards;
  });
  await world.pass(longerMs);
  world.inZombiesHand.push(...relay.eventIds());
  relay.end();
  await service.kill('SIGCONT');
  await world.until(`${zombie} to relay its part again`, async () => (await world.shardsOf(zombie)) > 0);
  if (service.pid !== pid) throw new Error(`${zombie} has not survived its freeze`);
}
