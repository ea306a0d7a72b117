import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';

const main = fileURLToPath(new URL('testing/example-service.ts', import.meta.url));

interface Example {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  readonly lines: Record<string, unknown>[];
  readonly stderr: string[];
  readonly exit: Promise<number | null>;
}

const running: Example[] = [];

function startExample(environment: NodeJS.ProcessEnv = {}): Example {
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const example: Example = {
    process: child,
    lines: [],
    stderr: [],
    exit: once(child, 'close').then(([code]) => code as number | null),
  };
  createInterface(child.stdout).on('line', (line) => example.lines.push(JSON.parse(line) as Record<string, unknown>));
  child.stderr.setEncoding('utf8').on('data', (text: string) => example.stderr.push(text));
  running.push(example);
  return example;
}

const logged = (example: Example, message: string) =>
  vi.waitUntil(() => example.lines.find(({ msg }) => msg === message), { timeout: 20_000 });

async function urlOf(example: Example): Promise<string> {
  return (await logged(example, 'started'))['url'] as string;
}

afterEach(async () => {
  for (const { process: child, exit } of running.splice(0)) {
    child.kill('SIGKILL');
    await exit;
  }
});

describe('a service', { timeout: 30_000 }, () => {
  it('is healthy at once and ready when every part is, and says what is missing until then', async () => {
    const url = await urlOf(startExample());
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const waiting = await fetch(`${url}/readyz`);
    expect([waiting.status, await waiting.json()]).toEqual([
      503,
      { status: 'not ready', missing: { part: 'waiting to be told' } },
    ]);
    await fetch(`${url}/ready`, { method: 'POST' });
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  it('serves its metrics', async () => {
    const response = await fetch(`${await urlOf(startExample())}/metrics`);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/plain'),
    ]);
  });

  it('finishes the request in hand on SIGTERM, stops its parts, and exits 0', async () => {
    const example = startExample();
    const slow = fetch(`${await urlOf(example)}/slow`);
    await logged(example, 'slow request began');
    example.process.kill('SIGTERM');
    expect(await (await slow).json()).toEqual({ answered: true });
    expect(await example.exit).toBe(0);
    const messages = example.lines.map(({ msg }) => msg);
    expect(messages.filter((message) => message !== 'request')).toEqual([
      'part started',
      'started',
      'slow request began',
      'stopping',
      'part stopped',
      'stopped',
    ]);
  });

  it('stops cleanly when it is told to while it starts', async () => {
    const example = startExample();
    await logged(example, 'part started');
    example.process.kill('SIGTERM');
    expect(await example.exit).toBe(0);
    expect(example.lines.map(({ msg }) => msg)).toContain('part stopped');
  });

  it('has trace ids in its logs without a collector', async () => {
    const example = startExample();
    const slow = fetch(`${await urlOf(example)}/slow`);
    expect(await logged(example, 'slow request began')).toHaveProperty(
      'trace_id',
      expect.stringMatching(/^[0-9a-f]{32}$/),
    );
    await slow;
  });

  it('names every wrong variable on standard error, without a stack, and exits 1', async () => {
    const example = startExample({ PORT: '-1', LOG_LEVEL: 'loud' });
    expect(await example.exit).toBe(1);
    expect(example.stderr.join('')).toMatch(
      /^example cannot start: the configuration is wrong:\n {2}LOG_LEVEL: .*\n {2}PORT: .*\n$/,
    );
  });

  it('names a taken port, stops what it had started, and exits 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const example = startExample({ PORT: String(port) });
    expect(await example.exit).toBe(1);
    expect(example.stderr.join('')).toBe(
      `example cannot start: port ${port} is taken; stop what uses it, or set PORT to another\n`,
    );
    expect(example.lines.map(({ msg }) => msg)).toEqual(['part started', 'part stopped']);
    other.close();
  });
});
