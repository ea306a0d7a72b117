import { between, oneOf } from '../draw.ts';
import { judgeServices } from '../judging/judge-services.ts';
import type { Scenario } from '../scenario.ts';
import type { ServicesWorld } from '../world/services-world.ts';
import { registrationsPerSecond, servicesFigures } from './services-load.ts';

const rounds = 5;
const pauseMs = { least: 500, most: 4_000 };
const awayMs = { least: 0, most: 3_000 };

export const databaseKilled: Scenario = {
  name: 'database-killed',
  what: 'kill -9 of PostgreSQL and all its backends, under registrations; while it is away, a user-service is killed, too',
  broker: 'shared',
  alone: true,
  extents: ['full'],
  run: async ({ random, openServices, tell }) => {
    const world = await openServices();
    world.load(registrationsPerSecond);
    let kills = 0;
    for (let round = 1; round <= rounds; round++) {
      tell(`round ${round} of ${rounds}`);
      await world.pass(between(random, pauseMs.least, pauseMs.most));
      await world.postgres.kill('SIGKILL');
      await world.pass(between(random, awayMs.least, awayMs.most));
      if (round % 2 === 0) {
        await world.kill(oneOf(random, world.replicas));
        kills++;
      }
      await world.postgres.start();
      await world.allUp();
      await world.until('every user-service to relay its part', () => allRelay(world));
    }
    tell('the rest is done');
    const evidence = await world.finish();
    const figures = [`${rounds} kills of the database, ${kills} of user-services`, ...servicesFigures(evidence)];
    return { ...judgeServices(evidence), figures };
  },
};

async function allRelay(world: ServicesWorld): Promise<boolean> {
  const shards = await Promise.all(world.replicas.map((name) => world.shardsOf(name)));
  return shards.every((each) => each > 0);
}
