import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { isAlive } from '../testing/is-alive.ts';
import { executable } from '../testing/executable.ts';
import { listen } from '../testing/listen.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import type { Jaeger, ObtainJaegerOptions } from './jaeger.ts';
import { obtainJaeger } from './obtain-jaeger.ts';

/** Listens where its configuration says, like a Jaeger without a page. */
const fakeJaeger = {
  js: `const config = JSON.parse(require('node:fs').readFileSync(process.argv[3], 'utf8'));
const port = config.extensions.jaeger_query.http.endpoint.split(':')[1];
require('node:http').createServer((_, response) => response.end('This is not the Jaeger UI you are looking for!')).listen(port, '127.0.0.1');`,
};

it('sends spans where OTEL_EXPORTER_OTLP_ENDPOINT says, and starts nothing', async () => {
  const { jaeger } = await obtain({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' });
  expect(jaeger).toMatchObject({ state: 'given', otlpEndpoint: 'http://collector:4318', url: undefined });
});

it('runs the binary of JAEGER_BIN, and shows traces through its API when it has no page', async () => {
  const { jaeger } = await obtain({ JAEGER_BIN: executable(temporaryFolder(), 'mine', fakeJaeger) });
  expect(jaeger.state).toBe('ready');
  expect(jaeger.traceUrl('abc')).toBe(`${jaeger.url}/api/traces/abc`);
  await jaeger.close();
  await expect(fetch(jaeger.url!)).rejects.toThrow('fetch failed');
});

it('runs a jaeger that is on PATH, and one that was built before', async () => {
  const path = temporaryFolder();
  executable(path, 'jaeger', fakeJaeger);
  expect((await obtain({ PATH: path })).jaeger.state).toBe('ready');
  const cache = temporaryFolder();
  mkdirSync(join(cache, 'millrace/bin'), { recursive: true });
  executable(join(cache, 'millrace/bin'), 'jaeger-1.76.0', fakeJaeger);
  expect((await obtain({ XDG_CACHE_HOME: cache })).jaeger.state).toBe('ready');
});

it('goes on without, and says so, where there is none and nothing to make one of', async () => {
  const { jaeger, told } = await obtain({});
  expect(jaeger.state).toBe('absent');
  expect(jaeger.traceUrl('abc')).toBeUndefined();
  expect(told).toEqual([
    'none, so traces cannot be looked at: no Docker engine answers, no jaeger on PATH or in JAEGER_BIN, no Go to build it with',
  ]);
});

it('goes on without one that does not start', async () => {
  const { jaeger, told } = await obtain({
    JAEGER_BIN: executable(temporaryFolder(), 'mine', { sh: 'echo no; exit 4' }),
  });
  expect(jaeger.state).toBe('absent');
  expect(told.at(-1)).toBe('none, so traces cannot be looked at: Jaeger did not start: exit code 4.\n  | no');
});

it('fails where one was to be waited for and none can be had', async () => {
  await expect(obtain({}, { wait: true })).rejects.toThrow('No Jaeger to be had: no Docker engine answers');
});

it('refuses a JAEGER_BIN that cannot be run, and a taken port', async () => {
  await expect(obtain({ JAEGER_BIN: '/gone' })).rejects.toThrow('JAEGER_BIN names /gone, which cannot be run.');
  const taken = await listen();
  await expect(obtain({ JAEGER_PORT: `${taken}` }, { ports: 'standard' })).rejects.toThrow(
    `Port ${taken}, for Jaeger's page, is taken.`,
  );
});

it('builds one in the background where Go is, and starts it when it is there', async () => {
  const build = temporaryFolder();
  const go = executable(build, 'go', {
    sh: `while [ ! -e ${build}/finish ]; do sleep 0.05; done; while [ "$1" != -o ]; do shift; done; cp ${build}/fake "$2"`,
  });
  executable(build, 'fake', fakeJaeger);
  const { jaeger, told, env } = await obtain({ PATH: `${join(go, '..')}:/usr/bin:/bin` });
  expect(jaeger.state).toBe('coming');
  expect(told).toEqual(['coming: building it with Go (about 5 minutes, once), in the background']);
  executable(build, 'finish', { sh: '' });
  await expect
    .poll(() => told.at(-1), { timeout: 8_000 })
    .toBe(`up at ${jaeger.url}: it shows what happens from now on`);
  expect(jaeger.state).toBe('ready');
  expect(existsSync(join(env['XDG_CACHE_HOME']!, 'millrace/bin/jaeger-1.76.0'))).toBe(true);
});

it('ends a build that is going on when it is closed, and keeps no half of a binary', async () => {
  const build = temporaryFolder();
  executable(build, 'go', {
    sh: `echo $$ > ${build}/pid; while [ "$1" != -o ]; do shift; done; touch "$2"; exec sleep 600`,
  });
  const { jaeger, told, env } = await obtain({ PATH: `${build}:/usr/bin:/bin` });
  await expect.poll(() => existsSync(`${build}/pid`) && readFileSync(`${build}/pid`, 'utf8')).toMatch(/\d\n/);
  await jaeger.close();
  expect(isAlive(Number(readFileSync(`${build}/pid`, 'utf8')))).toBe(false);
  expect(readdirSync(join(env['XDG_CACHE_HOME']!, 'millrace/bin'))).toEqual([]);
  expect(told).toHaveLength(1);
});

interface Obtained {
  readonly jaeger: Jaeger;
  readonly told: string[];
  readonly env: Record<string, string>;
}

async function obtain(more: Record<string, string>, options: Partial<ObtainJaegerOptions> = {}): Promise<Obtained> {
  const told: string[] = [];
  const env = { PATH: temporaryFolder(), XDG_CACHE_HOME: temporaryFolder(), DOCKER_HOST: 'unix:///nowhere', ...more };
  const onProgress: ObtainJaegerOptions['onProgress'] = ({ state, detail }) =>
    void (state === 'note' && told.push(detail ?? ''));
  const jaeger = await obtainJaeger({ dataDir: temporaryFolder(), ports: 'free', env, onProgress, ...options });
  onTestFinished(() => jaeger.close());
  return { jaeger, told, env };
}
