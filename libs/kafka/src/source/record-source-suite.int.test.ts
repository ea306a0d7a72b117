import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Broker, freePort, obtainBroker } from '@millrace/launcher';
import { describeRecordSource } from '@millrace/testing/record-source-suite';
import { afterAll, beforeAll } from 'vitest';
import { KafkaWorld } from '../testing/kafka-world.ts';

/** Of its own, since it is frozen at times. */
let broker: Broker;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-suite-'));
  const env = { ...process.env, KAFKA_BROKERS: undefined };
  broker = await obtainBroker({ dataDir: join(folder, 'kafka'), port: await freePort(), data: 'temporary', env });
}, 300_000);

afterAll(async () => {
  await broker.close();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

describeRecordSource('on Kafka', (partitions) => KafkaWorld.make(broker, partitions));
