import { between, oneOf } from '../draw.ts';
import { judgeServices } from '../judging/judge-services.ts';
import type { Extent, Scenario } from '../scenario.ts';
import type { ServicesWorld } from '../world/services-world.ts';
import { registrationsPerSecond, servicesFigures } from './services-load.ts';

const kills: Readonly<Record<Extent, number>> = { full: 20, short: 6 };
const pauseMs = { least: 300, most: 4_000 };

export const servicesKilled: Scenario = {
  name: 'services-killed',
  what: 'kill -9 of gateway, user-services and consumers at random times, under registrations; each is started again at once',
  broker: 'shared',
  alone: true,
  extents: ['full', 'short'],
  run: async ({ extent, random, openServices, tell }) => {
    const world = await openServices();
    world.load(registrationsPerSecond);
    const killed = new Map<string, number>();
    for (let kill = 1; kill <= kills[extent]; kill++) {
      tell(`kill ${kill} of ${kills[extent]}`);
      await world.pass(between(random, pauseMs.least, pauseMs.most));
      const victim = await nextVictim(world, killed, random);
      killed.set(victim, (killed.get(victim) ?? 0) + 1);
      await world.kill(victim);
    }
    tell('the rest is done');
    const evidence = await world.finish();
    return { ...judgeServices(evidence), figures: [`${kills[extent]} kills`, ...servicesFigures(evidence)] };
  },
};

/** One of those that are up and were killed least often, so that it is everybody's turn. */
async function nextVictim(
  world: ServicesWorld,
  killed: ReadonlyMap<string, number>,
  random: () => number,
): Promise<string> {
  await world.until('a service to be up', () => world.up.length > 0);
  const times = (name: string): number => killed.get(name) ?? 0;
  const least = Math.min(...world.up.map(times));
  return oneOf(
    random,
    world.up.filter((name) => times(name) === least),
  );
}
