import { between, oneOf } from '../draw.ts';
import type { Extent, Scenario, Stage } from '../scenario.ts';
import type { ChaosWorld } from '../world/chaos-world.ts';
import { TcpProxy } from '../world/tcp-proxy.ts';

const members = 3;
const troubles: Readonly<Record<Extent, number>> = { full: 30, short: 6 };
const latencyMs = { least: 20, most: 400 };
/** The longest of them is past a session. */
const lastsMs = { least: 300, most: 9_000 };

export const network: Scenario = {
  name: 'network',
  what: 'cuts, latency and resets between a member and Kafka, and between a member and the API',
  broker: 'shared',
  extents: ['full'],
  run: async (stage) => {
    const { extent, random, perSecond, open, tell } = stage;
    const world = await open({ partitions: 6, idempotencyKeys: 'honoured' });
    world.load({ perSecond, keys: 200 });
    const roads: Road[] = [];
    for (let member = 1; member <= members; member++) roads.push(...(await startBehindProxies(world, stage)));
    await world.until('all to call', () => Promise.all(world.members.map(({ calls }) => calls)));
    for (let trouble = 1; trouble <= troubles[extent]; trouble++) {
      const road = oneOf(random, roads);
      const how = oneOf(random, ['cut', 'slow', 'reset'] as const);
      tell(`trouble ${trouble} of ${troubles[extent]}: ${road.name} ${how}`);
      await make(world, road.proxy, how, random);
    }
    return { world, examine: () => ({ figures: [`${troubles[extent]} troubles`] }) };
  },
};

/** What lies between one member and Kafka, or the API. */
interface Road {
  readonly name: string;
  readonly proxy: TcpProxy;
}

async function startBehindProxies(world: ChaosWorld, { cluster }: Stage): Promise<readonly Road[]> {
  const { hostname, port } = new URL(world.api.apiUrl);
  const [host = '', brokerPort = ''] = cluster.brokers.split(':');
  const kafka = await TcpProxy.to(host, Number(brokerPort));
  const api = await TcpProxy.to(hostname, Number(port));
  const { name, gone } = world.start({
    routes: { [cluster.brokers]: kafka.port },
    apiUrl: `http://127.0.0.1:${api.port}`,
  });
  void gone.then(() => {
    kafka.close();
    api.close();
  });
  return [
    { name: `${name}-kafka`, proxy: kafka },
    { name: `${name}-api`, proxy: api },
  ];
}

async function make(
  world: ChaosWorld,
  proxy: TcpProxy,
  how: 'cut' | 'slow' | 'reset',
  random: () => number,
): Promise<void> {
  if (how === 'reset') proxy.reset();
  else if (how === 'cut') proxy.suffer({ road: 'blocked' });
  else proxy.suffer({ latencyMs: between(random, latencyMs.least, latencyMs.most) });
  await world.pass(how === 'reset' ? lastsMs.least : between(random, lastsMs.least, lastsMs.most));
  proxy.suffer({});
}
