import { createKafka, createRecordProducer, createRecordSource } from '@millrace/kafka';
import { type ConsumerOptions, createConsumer } from '@millrace/messaging';
import type { Logger } from '@millrace/telemetry';

/** Starts a consumer; resolves when it is a member of its group, to what stops it. */
export async function runConsumer(
  brokers: readonly string[],
  options: ConsumerOptions,
  log: Logger,
): Promise<() => Promise<void>> {
  const kafka = createKafka({ clientId: 'benchmark', brokers, log });
  const producer = createRecordProducer(kafka);
  const source = (sourceOptions: Parameters<typeof createRecordSource>[1]) => createRecordSource(kafka, sourceOptions);
  const consumer = createConsumer(options, { log, producer, source });
  await producer.start();
  await consumer.start();
  while (consumer.notReady() !== undefined) await new Promise((resolve) => setTimeout(resolve, 20));
  return async () => {
    await consumer.stop();
    await producer.stop();
  };
}
