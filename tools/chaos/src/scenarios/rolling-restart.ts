import type { Extent, Scenario } from '../scenario.ts';

const members = 3;
const rounds: Readonly<Record<Extent, number>> = { full: 2, short: 1 };
const perSecond: Readonly<Record<Extent, number>> = { full: 1_000, short: 400 };

/** With an API that honours keys, and one that does not. */
export const rollingRestart: readonly Scenario[] = (['ignored', 'honoured'] as const).map((idempotencyKeys) => ({
  name: `rolling-restart-keys-${idempotencyKeys}`,
  what: `SIGTERM of each of ${members} members in turn, under load; another takes its place`,
  broker: 'own',
  extents: idempotencyKeys === 'ignored' ? ['full', 'short'] : ['full'],
  run: async ({ extent, open, tell }) => {
    const world = await open({ partitions: 12, idempotencyKeys });
    world.load({ perSecond: perSecond[extent], keys: 2_000 });
    await world.startAll(members);
    for (let round = 1; round <= rounds[extent]; round++)
      for (const [at, member] of world.alive.entries()) {
        tell(`round ${round}, restart ${at + 1} of ${members}`);
        await world.pass(1_000);
        await world.until(`${member.name} to stop`, () => member.stop());
        await world.startAll(1);
      }
    const figures = [`${perSecond[extent]} events/s`, `${rounds[extent] * members} restarts`];
    return { world, callsAgain: 'none', examine: () => ({ figures }) };
  },
}));
