import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createStubApisClient } from './create-stub-apis-client.ts';
import { createStubApis } from './create-stub-apis.ts';
import { email } from './test-stub.ts';

const program = fileURLToPath(new URL('stub-process.fixture.ts', import.meta.url));

function temporaryFile(): string {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-stub-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return join(directory, 'made', 'on', 'the', 'way.db');
}

async function startProcess(file: string) {
  const child = spawn(process.execPath, [program, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => kill(child));
  const died = once(child, 'exit').then(([code]) => Promise.reject(new Error(`the stub exited with ${String(code)}`)));
  const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), died])) as [string];
  const { controlUrl, notificationUrl } = JSON.parse(line) as { controlUrl: string; notificationUrl: string };
  const send = (key: string, sequence = 1) =>
    fetch(`${notificationUrl}/emails/send`, {
      method: 'POST',
      body: JSON.stringify(email),
      headers: {
        'content-type': 'application/json',
        'idempotency-key': key,
        'order-key': 'u1',
        'order-sequence': String(sequence),
      },
    });
  return { ...createStubApisClient(controlUrl), send, kill: () => kill(child) };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Each test starts Node twice, which takes seconds on a busy machine. */
const timeoutMs = 60_000;

describe('kill -9', { timeout: timeoutMs }, () => {
  it('loses no kept answer, no effect and no count that a caller has heard of', async () => {
    const file = temporaryFile();
    const before = await startProcess(file);
    const answer = await (await before.send('k1', 2)).text();
    await before.send('k2', 1);
    await before.setFault('notification', { status: 503 });
    await before.send('k3', 3);
    const stats = await before.stats();
    expect(stats).toMatchObject({
      notification: { calls: 3, effects: 2, failures: 1, orderViolations: 1, peakInFlight: 1 },
    });
    await before.kill();

    const after = await startProcess(file);
    expect(await after.stats()).toEqual(stats);
    const repeat = await after.send('k1', 2);
    expect([await repeat.text(), repeat.headers.get('idempotency-replayed')]).toEqual([answer, 'true']);
    await after.send('k4', 1);
    expect(await after.stats()).toMatchObject({ notification: { calls: 5, effects: 3, orderViolations: 2 } });
  });

  it('in the middle of many calls leaves one effect each after all have been repeated', async () => {
    const file = temporaryFile();
    const before = await startProcess(file);
    await before.setFault('notification', { latencyMs: { medianMs: 50, sigma: 1.5 } });
    const keys = Array.from({ length: 400 }, (_, n) => `k${n}`);
    let answered = 0;
    const answers = new Map<string, string>();
    await Promise.all(
      keys.map(async (key) => {
        try {
          const text = await (await before.send(key)).text();
          answers.set(key, text);
          answered += 1;
          if (answered === 100) await before.kill();
        } catch {
          // What the kill cuts off has no answer; it is repeated below.
        }
      }),
    );
    expect(answers.size).toBeLessThan(keys.length);

    const after = await startProcess(file);
    const kept = (await after.stats())['notification']?.effects ?? 0;
    expect(kept).toBeGreaterThanOrEqual(answers.size);
    const repeats = await Promise.all(keys.map(async (key) => (await after.send(key)).text()));
    expect(keys.filter((key, n) => answers.has(key) && answers.get(key) !== repeats[n])).toEqual([]);
    const effects = await after.effects('notification');
    expect(effects).toHaveLength(keys.length);
    expect(new Set(effects.map(({ idempotencyKey }) => idempotencyKey))).toEqual(new Set(keys));
  });
});

describe('a restart', () => {
  it('heals all faults, and keeps the rest', async () => {
    const file = temporaryFile();
    const options = { controlPort: 0, apiPorts: { notification: 0 }, file };
    const before = createStubApis(options);
    await before.start();
    await createStubApisClient(before.controlUrl).setFault('notification', { mode: 'refuse' });
    await before.stop();

    const after = createStubApis(options);
    onTestFinished(() => after.stop());
    await after.start();
    const client = createStubApisClient(after.controlUrl);
    expect(await client.stats()).toMatchObject({ notification: { calls: 0 } });
    expect((await fetch(after.url('notification'))).status).toBe(405);
  });

  it('fails with a clear reason where the file cannot be opened', () => {
    const file = tmpdir();
    expect(() => createStubApis({ controlPort: 0, apiPorts: {}, file })).toThrow(
      expect.objectContaining({ code: 'DATABASE_UNAVAILABLE' }),
    );
  });
});
