import { type Consumer, Kafka, logLevel } from 'kafkajs';
import { registerZstd } from '@millrace/kafka';
import type { PeerSettings } from './settings.ts';

/** A consumer of kafkajs as its documentation makes one, subscribed; `run` begins the work, and it resolves when joined. */
export async function joinedConsumer(
  { brokers, topic, group }: PeerSettings,
  run: (consumer: Consumer) => Promise<void>,
): Promise<() => Promise<void>> {
  registerZstd();
  const kafka = new Kafka({ clientId: 'benchmark', brokers: [...brokers], logLevel: logLevel.ERROR });
  const consumer = kafka.consumer({ groupId: group });
  const joined = Promise.withResolvers<void>();
  consumer.on(consumer.events.GROUP_JOIN, () => joined.resolve());
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await run(consumer);
  await joined.promise;
  return () => consumer.disconnect();
}
