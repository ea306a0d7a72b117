import kafkajs from 'kafkajs';
import { readCallId } from '../stub/call-id.ts';

const { Kafka, logLevel } = kafkajs;

/** What has come to a dead-letter topic so far. */
export interface DeadLetters {
  count(): number;
  /** Letters that came after a later one of their key. */
  outOfOrder(): number;
  stop(): Promise<void>;
}

/** Reads a dead-letter topic from its beginning on. */
export async function followDeadLetters(brokers: readonly string[], topic: string): Promise<DeadLetters> {
  const kafka = new Kafka({ clientId: 'benchmark', brokers: [...brokers], logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: `${topic}-reader` });
  const last = new Map<number, number>();
  let [count, outOfOrder] = [0, 0];
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    eachMessage: ({ message: { headers } }) => {
      const id = readCallId(String(headers?.['ce_id']));
      count++;
      if (id && id.sequence < (last.get(id.key) ?? 0)) outOfOrder++;
      if (id) last.set(id.key, id.sequence);
      return Promise.resolve();
    },
  });
  return { count: () => count, outOfOrder: () => outOfOrder, stop: () => consumer.disconnect() };
}
