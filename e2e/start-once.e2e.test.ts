import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readLogs } from './support/logs.ts';
import { freePorts, NpmStart, type NpmStartOptions, stillRunning } from './support/npm-start.ts';

const lastLine = '20 registered, 20 e-mails sent, 20 events tracked';
const ofOtherApis = '(, 20 calls to [\\w-]+)*';
describe('npm start', () => {
  let dataDir = '';
  let ports: NpmStartOptions['ports'] = {};
  let started: NpmStart | undefined;
  const npmStart = (...args: readonly string[]) => (started = new NpmStart({ dataDir, ports, args }));

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'millrace-e2e-'));
    ports = await freePorts();
  });
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') console.error(started?.output);
    started?.kill();
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  it('-- --once ends by itself with exit code 0 when every delivery is accounted for', async () => {
    const start = npmStart('--once');
    expect(await start.exited).toBe(0);
    expect(start.lines.at(-1)).toMatch(new RegExp(`^${lastLine}${ofOtherApis}$`));
    expect(start.output).toMatch(/p50.*p99/);
    const printed = [start.output, ...(await readLogs(dataDir)).map(({ text }) => text)];
    expect(printed.length).toBeGreaterThan(5);
    expect(printed.filter((text) => /demo-[\w-]+@/.test(text))).toEqual([]);
  });

  it('names a port that is taken in one line, with what to do, and exits with 1', async () => {
    const server = createServer().listen(Number(ports['GATEWAY_PORT']), '127.0.0.1');
    await once(server, 'listening');
    const start = npmStart('--once');
    const exitCode = await start.exited.finally(() => server.close());
    expect(exitCode).toBe(1);
    const about = start.lines.filter((line) => line.includes(`Port ${ports['GATEWAY_PORT']}`));
    expect(about).toEqual([expect.stringContaining('GATEWAY_PORT')]);
    expect(start.output).not.toMatch(/\bat \S+ \(|Error:/);
  });

  it('goes on with the data it has, stays up, and leaves no process behind after Ctrl-C', async () => {
    const start = npmStart();
    await start.untilPrinted(lastLine);
    expect((await fetch(`http://127.0.0.1:${ports['GATEWAY_PORT']}/readyz`)).status).toBe(200);
    const processes = start.descendants();
    expect(processes.length).toBeGreaterThan(5);
    start.interrupt();
    await start.exited;
    // The watchdog ends a moment after what it watches.
    await vi.waitFor(() => expect(stillRunning(processes)).toEqual([]), { timeout: 5_000 });
  });
});
