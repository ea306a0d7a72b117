import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../free-port.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import type { Broker } from './broker.ts';
import { coordinatorAnswers } from './coordinator-answers.ts';
import { createMavenBroker } from './maven-broker.ts';

it('runs a real Kafka that stops, comes back on its port and data, and leaves nothing behind', async () => {
  const dataDir = join(temporaryFolder(), 'kafka');
  const port = await freePort();
  const broker = await create(dataDir, port);
  expect(await coordinatorAnswers(port)).toBe(true);
  const clusterId = readClusterId(dataDir);

  await broker.stop();
  expect(await coordinatorAnswers(port)).toBe(false);
  await broker.start();
  expect(await coordinatorAnswers(port)).toBe(true);
  expect(readClusterId(dataDir)).toBe(clusterId);

  await broker.close();
  expect(await coordinatorAnswers(port)).toBe(false);
  expect(existsSync(dataDir)).toBe(false);
});

it('a Kafka that cannot start says why by its log', async () => {
  const dataDir = join(temporaryFolder(), 'kafka');
  const env = { ...process.env, JAVA_TOOL_OPTIONS: '-Xmx1k' };
  const creating = createMavenBroker({ dataDir, port: await freePort(), env }, '');
  await expect(creating).rejects.toThrow(/(?=[^]*exit code 1)(?=[^]*Too small maximum heap)/);
});

async function create(dataDir: string, port: number): Promise<Broker> {
  const broker = await createMavenBroker({ dataDir, port, data: 'temporary' }, '');
  onTestFinished(() => broker.close());
  return broker;
}

function readClusterId(dataDir: string): string | undefined {
  return /^cluster\.id=(.+)$/m.exec(readFileSync(join(dataDir, 'data', 'meta.properties'), 'utf8'))?.[1];
}
