import { randomUUID } from 'node:crypto';
import { createKafka, createRecordSource } from '@millrace/kafka';
import { type KafkaRecord, headerText } from '@millrace/messaging';
import { createLogger } from '@millrace/telemetry';
import { until } from './until.ts';

/** A record as text, as far as a test looks at it. */
export interface ReadRecord {
  readonly key: string | undefined;
  readonly value: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

/** Everything in `topic`, from the beginning on, until a record that is `wanted` has come; read in a group of its own. */
export async function readRecords(
  brokers: string,
  topic: string,
  wanted: (record: ReadRecord) => boolean,
): Promise<readonly ReadRecord[]> {
  const log = createLogger({ service: 'e2e', level: 'silent' });
  const kafka = createKafka({ clientId: 'e2e', brokers: brokers.split(','), log });
  const source = createRecordSource(kafka, { group: `e2e-${randomUUID()}`, topics: [topic] });
  const read: ReadRecord[] = [];
  await source.start({
    granted: (lease) => lease.readFrom(lease.logStart),
    records: (_lease, records) => void read.push(...records.map(asText)),
    revoking: (lease) => lease.release(),
    revoked: () => undefined,
  });
  try {
    await until(
      `a certain record of ${topic}`,
      () => read.length,
      () => read.some(wanted),
    );
    return read;
  } finally {
    await source.stop();
  }
}

function asText({ key, value, headers }: KafkaRecord): ReadRecord {
  const texts = Object.keys(headers).map((name) => [name, headerText(headers, name) ?? '']);
  return {
    key: key?.toString(),
    value: value?.toString(),
    headers: Object.fromEntries(texts) as Record<string, string>,
  };
}
