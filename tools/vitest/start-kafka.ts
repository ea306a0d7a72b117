import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Broker, createProgressPrinter, freePort, obtainBroker } from '@millrace/launcher';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    kafkaBrokers: string;
  }
}

/** Gets one real Kafka for all files of the run: that of KAFKA_BROKERS, else one of its own with data that is thrown away. */
export default async function startKafka(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-kafka-'));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  try {
    const broker = await obtain(join(folder, 'kafka'));
    project.provide('kafkaBrokers', broker.brokers);
    return async () => {
      await broker.close();
      await removeFolder();
    };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

async function obtain(dataDir: string): Promise<Broker> {
  const { onProgress, stop } = createProgressPrinter();
  try {
    return await obtainBroker({ dataDir, port: await freePort(), data: 'temporary', onProgress });
  } finally {
    stop();
  }
}
