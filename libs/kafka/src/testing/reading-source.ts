import type { RecordSource } from '@millrace/messaging';
import { expect, onTestFinished, vi } from 'vitest';
import type { KafkaConnection, KafkaOptions } from '../connection/kafka-connection.ts';
import { createRecordProducer } from '../producer/record-producer.ts';
import { createRecordSource, type KafkaSourceOptions } from '../source/record-source.ts';
import { RememberingSink, type RememberingSinkOptions } from './remembering-sink.ts';
import { keptLog, makeTopic, numbered, testKafka, uniqueName } from './test-kafka.ts';

export interface Reading extends RememberingSinkOptions {
  readonly topic: string;
  readonly group: string;
  readonly connection?: KafkaConnection;
  readonly settings?: KafkaSourceOptions;
}

/** Starts a member of a group, which is stopped when the test is over. */
export async function startReading({ topic, group, connection = testKafka(), settings, ...options }: Reading): Promise<{
  readonly sink: RememberingSink;
  readonly source: RecordSource;
}> {
  const sink = new RememberingSink(options);
  const source = createRecordSource(connection, { group, topics: [topic] }, settings);
  onTestFinished(() => source.stop());
  await source.start(sink);
  return { sink, source };
}

/** Starts a member of a group of its own, which has read the first 20 records of a topic of its own; and what it logs. */
export async function startHavingRead(settings: KafkaSourceOptions, route?: KafkaOptions['route']) {
  const { log, messages } = keptLog();
  const connection = testKafka({ log, ...(route && { route }) });
  const topic = await makeTopic(connection);
  const { sink, source } = await startReading({ topic, group: uniqueName(), connection, settings });
  await write(topic, 0, 20);
  await vi.waitFor(() => expect(sink.numbers).toHaveLength(20), { timeout: 30_000, interval: 50 });
  return { topic, connection, sink, source, messages };
}

/** Appends records as of {@link numbered}. */
export async function write(topic: string, from: number, to: number): Promise<void> {
  const producer = createRecordProducer(testKafka());
  await producer.start();
  await producer.send(numbered(topic, from, to));
  await producer.stop();
}
