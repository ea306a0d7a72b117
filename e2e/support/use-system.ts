import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Broker,
  freePort,
  obtainBroker,
  type ProgressEvent,
  startSystem,
  type System,
  type SystemOptions,
} from '@millrace/launcher';
import { createStubApisClient, type StubApisClient } from '@millrace/testing/stub-apis';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { describeLogs, readLogs } from './logs.ts';
import { secretMark } from './secret-mark.ts';

/** What a test file may set of its system. */
export type UseSystemOptions = Pick<SystemOptions, 'env' | 'appEnv' | 'otlpEndpoint'>;

/** The whole example, up and ready, on a broker, ports and a folder of its own. */
export interface TestSystem extends System {
  /** Where clients register. */
  readonly gateway: string;
  readonly stubApis: StubApisClient;
}

/**
 * Starts one system for the tests of the calling file and stops it after them. Its broker is always its own, whatever
 * KAFKA_BROKERS says: tests stop it, and count on empty topics. After the last test every log is searched for secrets; when a
 * test fails, the ends of the logs are shown.
 *
 * @returns how to get the system; not before the first test or hook
 */
export function useSystem(options: UseSystemOptions = {}): () => TestSystem {
  const news: ProgressEvent[] = [];
  let folder = '';
  let system: TestSystem | undefined;
  let close: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'millrace-e2e-'));
    ({ system, close } = await startTestSystem(folder, options, news).catch((error: unknown) => {
      console.error(news.map((event) => JSON.stringify(event)).join('\n'));
      throw error;
    }));
  });
  afterEach(async ({ task }) => {
    if (system && task.result?.state === 'fail') console.error(await describeLogs(system.dataDir));
  });
  afterAll(async () => {
    await close?.();
    if (system) await expectNoSecrets(system);
    await rm(folder, { recursive: true, force: true });
  });
  return () => {
    if (!system) throw new Error('the system is not up yet');
    return system;
  };
}

async function startTestSystem(folder: string, options: UseSystemOptions, news: ProgressEvent[]) {
  const onProgress = (event: ProgressEvent) => void news.push(event);
  const env = { LOG_LEVEL: 'info', ...options.env };
  const broker = await obtainBroker({
    dataDir: join(folder, 'kafka'),
    port: await freePort(),
    data: 'temporary',
    env: { ...process.env, KAFKA_BROKERS: undefined },
    onProgress,
  });
  try {
    const system = await startSystem({ dataDir: folder, ports: 'free', ...options, env, broker, onProgress });
    const stubApis = createStubApisClient(system.url('stub-apis'));
    return { close: () => closeBoth(system, broker), system: { ...system, gateway: system.url('gateway'), stubApis } };
  } catch (error) {
    await broker.close();
    throw error;
  }
}

async function closeBoth(system: System, broker: Broker): Promise<void> {
  try {
    await system.stop();
  } finally {
    await broker.close();
  }
}

/** Every service has said something, and nobody said a password, an e-mail address or a token. */
async function expectNoSecrets(system: TestSystem): Promise<void> {
  const logs = await readLogs(system.dataDir);
  expect(logs.filter(({ text }) => text !== '').length).toBeGreaterThanOrEqual(5);
  const secrets = [secretMark, ...system.apis.map((api) => system.apiToken(api))];
  for (const { name, text } of logs) {
    const leaks = text
      .split('\n')
      .filter((line) => secrets.some((secret) => line.toLowerCase().includes(secret.toLowerCase())));
    expect(leaks, `lines of ${name} with a secret`).toEqual([]);
  }
}
