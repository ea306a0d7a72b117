import kafkajs from 'kafkajs';
import { defaultValueBytes } from '../backlog/sample-data.ts';
import { sampleRecord } from '../backlog/sample-record.ts';

const { Kafka, logLevel } = kafkajs;
const atOnce = 2_000;

/** Writes so many records, each of a key of its own, to the partitions in turns. */
export async function writeRecords(
  brokers: readonly string[],
  topic: string,
  { records, partitions }: { readonly records: number; readonly partitions: readonly number[] },
): Promise<void> {
  const kafka = new Kafka({ clientId: 'benchmark', brokers: [...brokers], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ maxInFlightRequests: 1 });
  await producer.connect();
  for (let written = 0; written < records; written += atOnce) {
    const messages = Array.from({ length: Math.min(atOnce, records - written) }, (_, index) => ({
      ...sampleRecord({ key: written + index, sequence: 0 }, defaultValueBytes),
      partition: partitions[(written + index) % partitions.length] ?? 0,
    }));
    await producer.send({ topic, messages, acks: 1 });
  }
  await producer.disconnect();
}
