import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { AppSpec } from './app-spec.ts';
import { consumerApp } from './consumer-app.ts';
import type { Broker } from './kafka/broker.ts';
import type { ProgressEvent } from './progress.ts';
import { startSystem, type System, type SystemOptions } from './system.ts';
import { faked, fakeApps } from './testing/fake-apps.ts';
import { fakeProcesses } from './testing/fake-processes.ts';
import { isAlive } from './testing/is-alive.ts';
import { listen } from './testing/listen.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const few = fakeApps
  .filter(({ name }) => ['topics', 'stub-apis', 'gateway'].includes(name))
  .map((app): AppSpec =>
    app.ports[0] ? { ...app, env: ({ port }) => ({ PORT: `${port(app.ports[0]!.variable)}` }) } : app,
  );

const broker: Broker = {
  brokers: '127.0.0.1:9',
  kind: 'given',
  stop: async () => undefined,
  kill: async () => undefined,
  start: async () => undefined,
  close: vi.fn<Broker['close']>(async () => undefined),
};

it('starts every app once what it needs is ready, and tells where each is', async () => {
  const events: string[] = [];
  const onProgress = ({ state, what }: ProgressEvent): void => void events.push(`${what} ${state}`);
  const system = await start({ apps: fakeApps, onProgress });
  for (const first of ['topics done', 'stub-apis done']) {
    for (const consumer of ['notification-consumer', 'analytics-consumer']) {
      expect(events.indexOf(`${consumer} waiting`)).toBeGreaterThan(events.indexOf(first));
    }
  }
  expect(events.indexOf('user-service waiting')).toBeGreaterThan(events.indexOf('topics done'));
  expect((await fetch(`${system.url('gateway')}/readyz`)).status).toBe(200);
  expect(system.apiUrl('analytics')).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(system.brokers).toBe(broker.brokers);
});

it('gives each app what the table says, and what its caller adds', async () => {
  const seen: Record<string, NodeJS.Dict<string>> = {};
  const env = { LOG_LEVEL: 'debug' };
  const appEnv = { gateway: { CONCURRENCY: '3' } };
  const system = await start({ apps: spied(seen), env, appEnv, otlpEndpoint: 'http://127.0.0.1:4318' });
  expect(seen['notification-consumer']).toEqual({
    PORT: new URL(system.url('notification-consumer')).port,
    KAFKA_BROKERS: broker.brokers,
    NOTIFICATION_API_URL: system.apiUrl('notification'),
    NOTIFICATION_API_TOKEN: system.apiToken('notification'),
  });
  expect(seen['user-service']).toMatchObject({ DATABASE_URL: `file:${system.dataDir}/users.db` });
  expect(seen['gateway']).toMatchObject({ USER_SERVICE_URL: system.url('user-service') });
  expect(log(system, 'gateway')).toContain(
    'LOG_LEVEL=debug CONCURRENCY=3 OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318',
  );
  expect(log(system, 'stub-apis')).toContain('LOG_LEVEL=debug CONCURRENCY=undefined');
});

it('an API without a port of its own is behind that of stub-apis', async () => {
  const seen: Record<string, NodeJS.Dict<string>> = {};
  const oneMore = consumerApp({ api: 'one-more', port: 8085 });
  const system = await start({ apps: [...few, ...spied(seen, [faked(oneMore)])] });
  expect(system.apis).toEqual(['one-more']);
  expect(system.apiUrl('one-more')).toBe(`${system.url('stub-apis')}/apis/one-more`);
  expect(seen['one-more-consumer']).toMatchObject({ ONE_MORE_API_URL: system.apiUrl('one-more') });
  expect(() => system.apiUrl('two-more')).toThrow('No consumer app calls an API called two-more.');
});

it('a service can be killed and started again on its port, its log going on', async () => {
  const service = (await start()).service('gateway');
  const { url, pid } = service;
  await service.kill('SIGKILL');
  expect(service.pid).toBeUndefined();
  await expect(fetch(url)).rejects.toThrow('fetch failed');
  await service.start();
  expect(service.pid).not.toBe(pid);
  expect(service.url).toBe(url);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  expect(readFileSync(service.logFile, 'utf8').match(/^started/gm)).toHaveLength(2);
});

it('a service that stops tells its exit code', async () => {
  const system = await start({ appEnv: { gateway: { EXIT_ON_SIGTERM: '7' } } });
  expect(await system.service('gateway').stop()).toBe(7);
  expect(await system.service('gateway').stop()).toBeNull();
});

it('tells of a service that ends by itself, but not of one that was stopped', async () => {
  const notes: ProgressEvent[] = [];
  const system = await start({ onProgress: (event) => void (event.state === 'note' && notes.push(event)) });
  await system.service('stub-apis').stop();
  process.kill(system.service('gateway').pid!, 'SIGKILL');
  await expect.poll(() => notes).toHaveLength(1);
  expect(notes[0]).toMatchObject({ what: 'gateway' });
  expect(notes[0]?.detail).toMatch(/^ended with signal SIGKILL; its log: .*gateway\.log$/);
});

it('an app that ends while it should get ready fails the start, with the end of its log, and nothing is left running', async () => {
  const pids: number[] = [];
  const starting = startSystem({
    ...options(),
    appEnv: { gateway: { EXIT_CODE: '3' }, 'stub-apis': { READY_AFTER_MS: '60000' } },
    onProgress: () => pids.push(...fakeProcesses(process.pid)),
  });
  await expect(starting).rejects.toThrow(
    'gateway ended with exit code 3 while starting.\n  | the reason is in the log',
  );
  expect(pids).not.toEqual([]);
  expect(pids.filter(isAlive)).toEqual([]);
});

it('topics that cannot be made fail the start', async () => {
  const starting = startSystem({ ...options(), appEnv: { topics: { EXIT_CODE: '1' } } });
  await expect(starting).rejects.toThrow('topics ended with exit code 1.\n  | the reason is in the log');
});

it('an abort during the start leaves nothing running', async () => {
  const abort = new AbortController();
  const starting = startSystem({
    ...options(),
    appEnv: { gateway: { READY_AFTER_MS: '60000' } },
    signal: abort.signal,
    onProgress: ({ what, state }) =>
      void (what === 'stub-apis' && state === 'done' && abort.abort(new Error('Ctrl-C'))),
  });
  await expect(starting).rejects.toThrow('Ctrl-C');
  expect(fakeProcesses(process.pid)).toEqual([]);
});

it('leaves the broker it was given to its owner', async () => {
  await (await start()).stop();
  expect(broker.close).not.toHaveBeenCalled();
});

it('a taken port fails before anything is started', async () => {
  const port = await listen();
  const started: string[] = [];
  const starting = startSystem({
    ...options(),
    ports: 'standard',
    env: { STUB_APIS_PORT: `${port}` },
    onProgress: ({ what }) => void started.push(what),
  });
  await expect(starting).rejects.toThrow(`Port ${port}, for stub-apis, is taken.`);
  expect(started).toEqual([]);
});

it('two systems cannot share a data directory', async () => {
  const system = await start();
  const second = startSystem({ ...options(), dataDir: system.dataDir });
  await expect(second).rejects.toThrow(`Another launcher is running on ${system.dataDir}.`);
});

function options(): SystemOptions {
  return { dataDir: temporaryFolder(), ports: 'free', broker, apps: few };
}

async function start(more: Partial<SystemOptions> = {}): Promise<System> {
  const system = await startSystem({ ...options(), ...more });
  onTestFinished(() => system.stop());
  return system;
}

/** Stand-ins, noting the environment they are given. */
function spied(seen: Record<string, NodeJS.Dict<string>>, apps = fakeApps): readonly AppSpec[] {
  return apps.map((app) => ({ ...app, env: (facts) => (seen[app.name] = { ...app.env(facts) }) }));
}

function log({ dataDir }: System, app: string): string {
  return readFileSync(join(dataDir, 'logs', `${app}.log`), 'utf8');
}
