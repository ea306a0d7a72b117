import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { freePort } from '../free-port.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { coordinatorAnswers } from './coordinator-answers.ts';
import { obtainBroker } from './obtain-broker.ts';

const limitMs = 180_000;

it(
  'runs a real Kafka that stops, is killed, comes back on its port and data, and leaves nothing behind',
  { timeout: limitMs },
  async () => {
    const dataDir = join(temporaryFolder(), 'kafka');
    const port = await freePort();
    // One of our own, also where the tests run on the Kafka that KAFKA_BROKERS names.
    const env = { ...process.env, KAFKA_BROKERS: undefined };
    const broker = await obtainBroker({ dataDir, port, env, data: 'temporary' });
    onTestFinished(() => broker.close());
    expect(await coordinatorAnswers(port)).toBe(true);
    const clusterId = readClusterId(dataDir);
    expect(clusterId === undefined).toBe(broker.kind === 'docker');

    await broker.stop();
    expect(await coordinatorAnswers(port)).toBe(false);
    await broker.start();
    expect(await coordinatorAnswers(port)).toBe(true);
    expect(readClusterId(dataDir)).toBe(clusterId);

    await broker.kill('SIGKILL');
    expect(await coordinatorAnswers(port)).toBe(false);
    await broker.start();
    expect(await coordinatorAnswers(port)).toBe(true);

    await broker.close();
    expect(await coordinatorAnswers(port)).toBe(false);
    expect(existsSync(dataDir)).toBe(false);
  },
);

/** Undefined where the data is a container's. */
function readClusterId(dataDir: string): string | undefined {
  const file = join(dataDir, 'data', 'meta.properties');
  return existsSync(file) ? /^cluster\.id=(.+)$/m.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
}
