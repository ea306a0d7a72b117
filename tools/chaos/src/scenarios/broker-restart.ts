import type { Scenario, Stage } from '../scenario.ts';

const awayMs = 2_000;
const frozenMs = 9_000;
const betweenMs = 5_000;

type Restart = (broker: ReturnType<Stage['cluster']['node']>, pass: (ms: number) => Promise<void>) => Promise<void>;

const restarts: Readonly<Record<string, Restart>> = {
  'is stopped and started': async (broker, pass) => {
    await broker.stop();
    await pass(awayMs);
    await broker.start();
  },
  'is killed and started': async (broker, pass) => {
    await broker.kill('SIGKILL');
    await pass(awayMs);
    await broker.start();
  },
  'stands still for longer than sessions last': async (broker, pass) => {
    await broker.kill('SIGSTOP');
    await pass(frozenMs);
    await broker.kill('SIGCONT');
  },
};

export const brokerRestart: Scenario = {
  name: 'broker-restart',
  what: 'the only broker is stopped, killed and frozen, and comes back',
  broker: 'own',
  extents: ['full'],
  run: async ({ cluster, perSecond, open, tell }) => {
    const world = await open({ partitions: 6, idempotencyKeys: 'honoured' });
    world.load({ perSecond, keys: 200 });
    await world.startAll(3);
    for (const [how, restart] of Object.entries(restarts)) {
      tell(`the broker ${how}`);
      await world.pass(betweenMs);
      await restart(cluster.node(1), (ms) => world.pass(ms));
    }
    await world.pass(betweenMs);
    return { world };
  },
};
