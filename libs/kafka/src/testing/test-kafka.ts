import { randomUUID } from 'node:crypto';
import type { Commit, OutgoingRecord } from '@millrace/messaging';
import { createLogger, type Logger } from '@millrace/telemetry';
import { ensureTopics } from '../topics/ensure-topics.ts';
import { createKafka, type KafkaConnection, type KafkaOptions } from '../connection/kafka-connection.ts';
import { withAdmin } from '../connection/with-admin.ts';

/** The Kafka of this test run, or the one at `brokers`. */
export function testKafka({
  brokers = process.env['KAFKA_BROKERS'] ?? '',
  log = createLogger({ service: 'test', level: 'silent' }),
  route = (address) => address,
}: Partial<Pick<KafkaOptions, 'log' | 'route'>> & { readonly brokers?: string } = {}): KafkaConnection {
  return createKafka({ brokers: brokers.split(','), clientId: 'kafka-test', log, route });
}

/** A logger that keeps the messages it logs at `info` and above. */
export function keptLog(): { readonly log: Logger; readonly messages: string[] } {
  const messages: string[] = [];
  const write = (line: string) => void messages.push((JSON.parse(line) as { msg: string }).msg);
  return { log: createLogger({ service: 'test', destination: { write } }), messages };
}

/** A name that no other test uses. */
export function uniqueName(): string {
  return `test-${randomUUID().slice(0, 8)}`;
}

export async function makeTopic(kafka: KafkaConnection, partitions = 1): Promise<string> {
  const name = uniqueName();
  await ensureTopics(kafka, [{ name, partitions, groups: [] }]);
  return name;
}

/** Records whose values are the numbers `from` to `to - 1`, and whose keys are those modulo `keys`. */
export function numbered(topic: string, from: number, to: number, keys = 10): OutgoingRecord[] {
  return Array.from({ length: to - from }, (_, at) => ({
    topic,
    key: Buffer.from(`key-${(from + at) % keys}`),
    value: Buffer.from(`${from + at}`),
    headers: {},
  }));
}

/** `from` to `to - 1`. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, at) => from + at);
}

/** What the group has committed, by partition; -1 for nothing. */
export async function committedOffsets(kafka: KafkaConnection, groupId: string, topic: string): Promise<number[]> {
  const commits = await committed(kafka, groupId, topic);
  return commits.map(({ offset }) => offset);
}

/** As {@link committedOffsets}, with what was stored beside the offsets. */
export async function committed(kafka: KafkaConnection, groupId: string, topic: string): Promise<Commit[]> {
  const [answer] = await withAdmin(kafka, (admin) => admin.fetchOffsets({ groupId, topics: [topic] }));
  const partitions = answer?.partitions ?? [];
  return partitions
    .toSorted((a, b) => a.partition - b.partition)
    .map(({ offset, metadata }) => ({ offset: Number(offset), metadata: metadata ?? '' }));
}
