import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { apps } from '@millrace/launcher';
import { afterEach, describe, expect, it } from 'vitest';
import { readTrace } from '../support/jaeger-trace.ts';
import { newUser } from '../support/new-user.ts';
import { register } from '../support/registrations.ts';
import { requestJson } from '../support/request.ts';
import { until } from '../support/until.ts';
import { readConfinement } from './support/confinement.ts';
import { expectOneEffectEach, slowDownApis } from './support/deliveries.ts';
import { type Container, Deployment } from './support/deployment.ts';
import { killHard } from './support/kill-hard.ts';
import { lookIntoImage, type LockedPackage } from './support/look-into-image.ts';
import { SteadyRegistrations } from './support/steady-registrations.ts';

const services = apps.filter(({ runs }) => runs === 'on').map(({ name }) => name);
/** The consumers come first: a killed one is back in its group when its session is over, during the turns of the others. */
const killed = services.toSorted((one, other) => Number(other.endsWith('consumer')) - Number(one.endsWith('consumer')));
const lock = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')) as {
  readonly packages: Readonly<Record<string, LockedPackage>>;
};

const deployment = new Deployment();
/** Everybody who was answered 201. */
const userIds: string[] = [];
let upSinceMs = 0;

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.error(await deployment.describe());
});

/** Lets something happen during registrations that begin before and end after it; each must be answered 201 in the end. */
async function during(happens: () => Promise<void>): Promise<void> {
  const registrations = new SteadyRegistrations(deployment.gateway);
  const more = (count: number) =>
    until(
      'more answers',
      () => registrations.answered,
      (answered) => answered >= count,
    );
  try {
    await more(10);
    await happens();
    await more(registrations.answered + 10);
  } finally {
    userIds.push(...(await registrations.stop()).map(({ userId }) => userId));
  }
}

/** How many partitions each member of the notification group has, as Kafka sees it: of events, and as many of replays. */
async function shares(): Promise<readonly number[]> {
  const groups = [
    '/opt/kafka/bin/kafka-consumer-groups.sh',
    '--bootstrap-server',
    'kafka:9092',
    '--group',
    'notification',
  ];
  const table = await deployment.exec('kafka', ...groups, '--describe', '--members');
  return [...table.matchAll(/^notification .* (\d+)\s*$/gm)].map(([, partitions]) => Number(partitions));
}

const seconds = (sinceMs: number): string => `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;

describe('the images', () => {
  it('are built, one for each app', async () => {
    const startedMs = performance.now();
    await deployment.compose.must(['build', '--quiet']);
    console.log(`images built in ${seconds(startedMs)}`);
    const built = await deployment.docker('image', 'ls', '--format', '{{.Repository}}');
    expect(built.split('\n')).toEqual(expect.arrayContaining(apps.map(({ name }) => deployment.image(name))));
  });

  it.each(apps)(
    '$name: holds what the app runs on and no more, runs as nobody special, and has no secrets',
    async ({ name }) => {
      const { user, variables, hasHealthcheck, sizeMb, files, packages } = await lookIntoImage(deployment, name);
      console.log(`${name}: ${sizeMb} MB, ${Object.keys(packages).length} packages`);
      expect({ user, hasHealthcheck }).toEqual({ user: 'node', hasHealthcheck: true });
      expect(variables.filter((variable) => /TOKEN|SECRET|PASSWORD|KEY/.test(variable))).toEqual([]);
      expect(files.filter((file) => /\/\.(env|git|ssh|npmrc|docker)(\/|$)|\.(pem|key)$/.test(file))).toEqual([]);
      const own = files.filter((file) => !/^\/millrace\/(node_modules|compiled)\//.test(file));
      expect(own).toContain(`/millrace/apps/${name}/src/main.ts`);
      expect(own.filter((file) => /\.(test|test-support|fixture)\.ts$|\/src\/testing\//.test(file))).toEqual([]);
      expect(own.filter((file) => /^\/millrace\/apps\/[^/]+$/.test(file))).toEqual([`/millrace/apps/${name}`]);
      expectLocked(packages);
    },
  );
});

/** What is installed is what package-lock.json says, and nothing of it is for development. */
function expectLocked(packages: Readonly<Record<string, LockedPackage>>): void {
  const installed = Object.entries(packages).filter(([path]) => path.startsWith('node_modules/'));
  expect(installed.length).toBeGreaterThan(20);
  for (const [path, { version, integrity, link }] of installed) {
    const { dev, ...locked } = lock.packages[path] ?? {};
    expect({ path, version, integrity, link, dev }).toEqual({
      path,
      version: locked.version,
      integrity: locked.integrity,
      link: locked.link,
      dev: undefined,
    });
  }
}

describe('the deployment', () => {
  it('comes up, every container healthy', async () => {
    const startedMs = performance.now();
    upSinceMs = startedMs;
    await deployment.compose.must(['up', '--detach', '--no-build', '--wait', '--wait-timeout', '180']);
    console.log(`docker compose up --wait: ${seconds(startedMs)}`);
    for (const service of [...services, 'kafka', 'jaeger']) {
      const [container] = await deployment.containers(service);
      expect(container?.State, service).toMatchObject({ Status: 'running', Health: { Status: 'healthy' } });
    }
    const [topics] = await deployment.containers('topics');
    expect(topics?.State).toMatchObject({ Status: 'exited', ExitCode: 0 });
  });

  it('takes a registration through the published port to both APIs, in one trace of five services', async () => {
    const traceId = randomBytes(16).toString('hex');
    const answer = await requestJson(deployment.gateway, {
      method: 'POST',
      path: '/register',
      json: newUser(),
      headers: { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` },
    });
    expect(answer.status).toBe(201);
    userIds.push((answer.json as { userId: string }).userId);
    await expectOneEffectEach(deployment, userIds);
    console.log(`from docker compose up to the first registration delivered: ${seconds(upSinceMs)}`);
    const traced = async () => (await readTrace(deployment.jaeger, traceId)).map(({ service }) => service);
    const inTrace = await until('the trace', traced, (names) => services.every((name) => names.includes(name)));
    expect([...new Set(inTrace)].toSorted()).toEqual(services.toSorted());
  });

  it('publishes the gateway and Jaeger on the loopback address, and nothing else', async () => {
    const ports = await deployment.compose.must(['ps', '--format', '{{.Service}} {{.Ports}}']);
    const published = ports.split('\n').flatMap((line) => line.match(/\S+->\d+/g) ?? []);
    const addresses = [deployment.gateway, deployment.jaeger].map((url) => new URL(url).host);
    expect(published.map((each) => each.split('->', 1).join('')).toSorted()).toEqual(addresses.toSorted());
  });

  it('connects what is not published to nothing but a network that the engine lets nobody out of', async () => {
    const internal = `${deployment.compose.project}_internal`;
    expect(await deployment.docker('network', 'inspect', '--format', '{{.Internal}}', internal)).toBe('true');
    for (const service of [...services, 'kafka'].filter((name) => name !== 'gateway')) {
      const [container] = await deployment.containers(service);
      expect(Object.keys(container?.NetworkSettings.Networks ?? {}), service).toEqual([internal]);
    }
  });

  it.each([...services, 'kafka', 'jaeger'])(
    '%s has no privileges, no way to gain any, and its memory has a limit',
    async (name) => {
      const { command, uid, capabilities, mayGainPrivileges, write, memoryBytes } = await readConfinement(
        deployment,
        name,
      );
      expect({ capabilities, mayGainPrivileges }).toEqual({ capabilities: [0n, 0n], mayGainPrivileges: false });
      expect(uid).toBeGreaterThan(0);
      expect(write).toContain(name === 'kafka' ? 'Permission denied' : 'Read-only file system');
      const [container] = await deployment.containers(name);
      expect(memoryBytes).toBe(container?.HostConfig.Memory);
      expect(memoryBytes).toBeLessThanOrEqual(2 ** 30);
      expect(command, 'is the first process').toMatch(
        services.includes(name) ? /^node .*app\/src\/main\.ts$/ : /java|jaeger/,
      );
    },
  );

  it.each(killed)(
    '%s, killed with -9 from outside during registrations, is started again by its policy',
    async (name) => {
      const state = async () => {
        const [{ Id, RestartCount, State }] = (await deployment.containers(name)) as [Container];
        // A slow machine is at least seen to get on.
        const printed = await deployment.docker('logs', '--tail', '1', Id);
        return { pid: State.Pid, health: State.Health?.Status, restarts: RestartCount, printed };
      };
      await slowDownApis(deployment, 50);
      await during(async () => {
        const { pid } = await state();
        await killHard(deployment, pid, deployment.image('gateway'));
        const back = await until(
          `${name} to be back`,
          state,
          ({ health, restarts }) => restarts === 1 && health === 'healthy',
        );
        expect(back.pid).not.toBe(pid);
      });
    },
  );

  it('has lost nothing and done nothing twice', async () => {
    await expectOneEffectEach(deployment, userIds);
  });

  it('scales notification-consumer to three and back to one during registrations, without loss or double effects', async () => {
    const scale = (count: number) =>
      deployment.compose.must([
        'up',
        '--detach',
        '--no-build',
        '--no-recreate',
        '--scale',
        `notification-consumer=${count}`,
      ]);
    await during(async () => {
      await scale(3);
      await until('three with four partitions each', shares, (counts) => counts.join() === '8,8,8');
      await scale(1);
      await until('one with all partitions', shares, (counts) => counts.join() === '24');
    });
    await expectOneEffectEach(deployment, userIds);
  });

  it('stops each app with exit code 0 before the grace period is over, with calls under way', async () => {
    await slowDownApis(deployment, 1_000);
    userIds.push((await register(deployment.gateway)).userId);
    const startedMs = performance.now();
    await deployment.compose.must(['stop']);
    console.log(`docker compose stop: ${seconds(startedMs)}`);
    for (const name of services) {
      const [container] = await deployment.containers(name);
      expect(container?.State, name).toMatchObject({ Status: 'exited', ExitCode: 0, OOMKilled: false });
    }
  });

  it('goes on with what it had when it is brought up again', async () => {
    await deployment.compose.must(['up', '--detach', '--no-build', '--wait', '--wait-timeout', '180']);
    await expectOneEffectEach(deployment, userIds);
  });

  it('is brought down with its data, and nothing is left', async () => {
    const running = await Promise.all([...services, 'kafka', 'jaeger'].map((name) => deployment.containers(name)));
    const volumes = running.flat().flatMap(({ Mounts }) => Mounts.flatMap(({ Name }) => Name ?? []));
    expect(volumes.toSorted()).toEqual(
      ['kafka-data', 'stub-apis-data', 'user-service-data'].map((name) => `${deployment.compose.project}_${name}`),
    );
    await deployment.compose.must(['down', '--volumes']);
    const label = `label=com.docker.compose.project=${deployment.compose.project}`;
    for (const kind of ['container', 'volume', 'network']) {
      const all = kind === 'container' ? ['--all'] : [];
      expect(await deployment.docker(kind, 'ls', ...all, '--quiet', '--filter', label), kind).toBe('');
    }
  });
});
