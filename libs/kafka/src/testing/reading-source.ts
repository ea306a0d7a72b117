import type { RecordSource } from '@millrace/messaging';
import { onTestFinished } from 'vitest';
import type { KafkaConnection } from '../connection/kafka-connection.ts';
import { createRecordProducer } from '../producer/record-producer.ts';
import { createRecordSource } from '../source/record-source.ts';
import { RememberingSink, type RememberingSinkOptions } from './remembering-sink.ts';
import { numbered, testKafka } from './test-kafka.ts';

export interface Reading extends RememberingSinkOptions {
  readonly topic: string;
  readonly group: string;
  readonly connection?: KafkaConnection;
}

/** Starts a member of a group, which is stopped when the test is over. */
export async function startReading({ topic, group, connection = testKafka(), ...options }: Reading): Promise<{
  readonly sink: RememberingSink;
  readonly source: RecordSource;
}> {
  const sink = new RememberingSink(options);
  const source = createRecordSource(connection, { group, topics: [topic] });
  onTestFinished(() => source.stop());
  await source.start(sink);
  return { sink, source };
}

/** Appends records as of {@link numbered}. */
export async function write(topic: string, from: number, to: number): Promise<void> {
  const producer = createRecordProducer(testKafka());
  await producer.start();
  await producer.send(numbered(topic, from, to));
  await producer.stop();
}
