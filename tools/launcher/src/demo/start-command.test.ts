import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { apps } from '../apps.ts';
import { freePort } from '../free-port.ts';
import { fakeProcesses } from '../testing/fake-processes.ts';
import { isAlive } from '../testing/is-alive.ts';
import { listen } from '../testing/listen.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';

const limitMs = 30_000;
const allDone = '20 registered, 20 e-mails sent, 20 events tracked(, 20 calls to [\\w-]+)*';
const main = join(import.meta.dirname, '..', 'testing', 'start-with-fakes.ts');

it('--once shows the demo, stops everything, and says last how much was done', { timeout: limitMs }, async () => {
  const { stdout, code } = await run(await settings(), '--once');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^From request to last API call: p50 \d+ ms, p99 \d+ ms$/m);
  expect(stdout).toMatch(/^ {2}Gateway +http:\/\/127\.0\.0\.1:\d+$/m);
  expect(stdout.trim().split('\n').at(-1)).toMatch(new RegExp(`^${allDone}$`));
});

it('stays up until Ctrl-C, which leaves no process behind', { timeout: limitMs }, async () => {
  const started = start(await settings());
  await expect.poll(() => started.output.stdout, { timeout: limitMs }).toMatch(new RegExp(`\\n${allDone}\\n$`));
  const services = fakeProcesses(started.child.pid!);
  expect(services).toHaveLength(apps.filter(({ runs }) => runs === 'on').length);
  started.child.kill('SIGINT');
  expect(await started.ended).toBe(0);
  expect(services.filter(isAlive)).toEqual([]);
});

it.each(['SIGTERM', 'SIGHUP'] as const)(
  '%s while it starts leaves no process behind',
  { timeout: limitMs },
  async (signal) => {
    const started = start({ ...(await settings()), READY_AFTER_MS: '60000' });
    // stub-apis and gateway, and user-service once the topics are there; the consumers wait for stub-apis.
    await expect.poll(() => fakeProcesses(started.child.pid!), { timeout: limitMs }).toHaveLength(3);
    const services = fakeProcesses(started.child.pid!);
    started.child.kill(signal);
    expect(await started.ended).toBe(signal === 'SIGTERM' ? 143 : 129);
    expect(services.filter(isAlive)).toEqual([]);
  },
);

it('a taken port, an unreachable broker and an unknown option are one line each', { timeout: limitMs }, async () => {
  const taken = await listen();
  const closed = await freePort();
  const [port, broker, option] = await Promise.all([
    run({ ...(await settings()), GATEWAY_PORT: `${taken}` }),
    run({ ...(await settings()), KAFKA_BROKERS: `127.0.0.1:${closed}` }),
    run({}, '--twice'),
  ]);
  for (const { code, stdout } of [port, broker, option]) expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(port.lastLine).toContain(`Port ${taken}, for gateway, is taken.`);
  expect(broker.lastLine).toContain('ECONNREFUSED');
  expect(option.stderr).toMatch(/^Unknown option '--twice'\. .*\n$/);
});

it('--help lists the options and starts nothing', async () => {
  const { stdout, stderr, code } = await run({}, '--help');
  expect(stdout).toContain('--once');
  expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
});

/** Free ports, a broker that listens, no Jaeger. */
async function settings(): Promise<Record<string, string>> {
  const ports = apps
    .flatMap((app) => app.ports)
    .map(async ({ variable }) => [variable, `${await freePort()}`] as const);
  return {
    ...Object.fromEntries(await Promise.all(ports)),
    KAFKA_BROKERS: `127.0.0.1:${await listen()}`,
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
  };
}

interface Started {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  readonly output: { stdout: string; stderr: string };
  readonly ended: Promise<number>;
}

function start(env: Record<string, string>, ...args: readonly string[]): Started {
  const all = [main, '--data-dir', temporaryFolder(), ...args];
  const child = spawn(process.execPath, all, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (output.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (output.stderr += String(chunk)));
  return { child, output, ended: once(child, 'close').then(([code]) => code as number) };
}

async function run(env: Record<string, string>, ...args: readonly string[]) {
  const { ended, output } = start(env, ...args);
  const code = await ended;
  return { ...output, code, lastLine: output.stderr.trim().split('\n').at(-1) };
}
