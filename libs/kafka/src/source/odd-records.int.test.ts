import { randomBytes } from 'node:crypto';
import {
  type Consumer,
  type ConsumerOptions,
  createConsumer,
  createEvent,
  deadLetterTopicOf,
  encodeEvent,
  type EventEnvelope,
  headerText,
  on,
  type Outcome,
  type OutgoingRecord,
  ServiceError,
} from '@millrace/messaging';
import { type NewRecord, oddEventOn, oddRecords, rejectedName } from '@millrace/messaging/testing';
import { createLogger } from '@millrace/telemetry';
import type { IHeaders } from 'kafkajs';
import { expect, it, onTestFinished, vi } from 'vitest';
import { withAdmin } from '../connection/with-admin.ts';
import { createRecordProducer } from '../producer/record-producer.ts';
import { startReading } from '../testing/reading-source.ts';
import { committedOffsets, testKafka, uniqueName } from '../testing/test-kafka.ts';
import { ensureTopics } from '../topics/ensure-topics.ts';
import { createRecordSource } from './record-source.ts';

const kafka = testKafka();
const log = createLogger({ service: 'test', level: 'silent' });
const waiting = { timeout: 30_000 };

async function startProducer() {
  const producer = createRecordProducer(kafka);
  onTestFinished(() => producer.stop());
  await producer.start();
  return producer;
}

/** A topic with one partition, its dead letters, and what may be in them, in bytes. */
async function makeTopics(limits: { readonly topic?: number; readonly deadLetters?: number } = {}) {
  const [topic, group] = [uniqueName(), uniqueName()];
  const dlq = deadLetterTopicOf(topic, group);
  await ensureTopics(kafka, [{ name: topic, partitions: 1, groups: [group] }]);
  const limited = [
    [topic, limits.topic],
    [dlq, limits.deadLetters],
  ] as const;
  const resources = limited.flatMap(([name, bytes]) =>
    bytes === undefined ? [] : [{ type: 2, name, configEntries: [{ name: 'max.message.bytes', value: `${bytes}` }] }],
  );
  if (resources.length > 0) await withAdmin(kafka, (admin) => admin.alterConfigs({ validateOnly: false, resources }));
  return { topic, group, dlq };
}

/** A consumer of odd events, whose API rejects those of one name. */
async function startConsumer(
  { topic, group }: { readonly topic: string; readonly group: string },
  options: Partial<ConsumerOptions> = {},
) {
  const outcomes = new Map<number, Outcome>();
  const heard: string[] = [];
  const handler = async ({ id, data: { name } }: EventEnvelope<{ readonly name: string }>) => {
    heard.push(id);
    if (name.startsWith(rejectedName)) throw new ServiceError('API_REJECTED', 'answered 422');
  };
  const consumer: Consumer = createConsumer(
    {
      group,
      startAt: 'earliest',
      targets: [],
      subscriptions: [on(oddEventOn(topic), handler, { name: 'odd' })],
      ...options,
    },
    {
      source: (settings) => createRecordSource(kafka, settings),
      producer: await startProducer(),
      log,
      ended: ({ offset }, outcome) => void outcomes.set(offset, outcome),
    },
  );
  onTestFinished(() => consumer.stop());
  await consumer.start();
  return { outcomes, heard };
}

/** Its name is in its value alone. */
function event(topic: string, id: string, name: string): OutgoingRecord {
  const record = encodeEvent(topic, createEvent(oddEventOn(topic), { name }, { source: '/odd', id }));
  return { ...record, key: Buffer.from('one key'), headers: { ...record.headers, ce_subject: 'one key' } };
}

/** Writes what others write: also headers without a value, of which kafkajs can write but not count the bytes. */
async function writeAsOthers(topic: string, records: readonly NewRecord[]): Promise<void> {
  const byteLength = Buffer.byteLength.bind(Buffer);
  const spy = vi
    .spyOn(Buffer, 'byteLength')
    .mockImplementation((value, encoding) => ((value as unknown) === null ? 0 : byteLength(value, encoding)));
  const client = kafka.open({ retries: 5 });
  onTestFinished(() => client.close());
  const producer = client.kafka.producer();
  await producer.connect();
  const messages = records.map(({ key, value, headers }) => ({ key, value, headers: headers as IHeaders }));
  await producer.send({ topic, messages });
  spy.mockRestore();
}

it('every record that others write has its outcome, and what is given up on is in the dead letters', async () => {
  const names = await makeTopics();
  const { topic, group, dlq } = names;
  const records = oddRecords.map(({ record }) => record);
  await writeAsOthers(topic, [...records, event(topic, 'last', 'last')]);
  const { outcomes } = await startConsumer(names);
  await vi.waitFor(() => expect(outcomes.size).toBe(records.length + 1), waiting);
  const ended = oddRecords.map(({ what }, offset) => [what, outcomes.get(offset)]);
  expect(ended).toEqual(oddRecords.map(({ what, outcome }) => [what, outcome]));
  await vi.waitFor(
    async () => expect(await committedOffsets(kafka, group, topic)).toEqual([records.length + 1]),
    waiting,
  );

  const given = oddRecords.flatMap(({ outcome }, offset) => (outcome === 'dead-lettered' ? [offset] : []));
  const { sink } = await startReading({ topic: dlq, group: uniqueName() });
  await vi.waitFor(() => expect(sink.deliveries).toHaveLength(given.length), waiting);
  for (const { record } of sink.deliveries) {
    const offset = Number(headerText(record.headers, 'millrace_dlq_offset'));
    const original = records[offset]!;
    expect([record.key, record.value]).toEqual([original.key, original.value]);
    expect(Object.keys(record.headers)).toEqual(expect.arrayContaining(Object.keys(original.headers)));
  }
});

it('a record at the limit of its topic is written; one byte more is refused, and said so with the limit', async () => {
  const { topic } = await makeTopics({ topic: 10_000 });
  const producer = await startProducer();
  // Of a batch of one record without key and headers, all but its value takes 72 bytes.
  const sized = (length: number) => ({ topic, key: null, value: randomBytes(length), headers: {} });
  await producer.send([sized(9_928)]);
  await expect(producer.send([sized(9_929)])).rejects.toMatchObject({
    code: 'RECORD_REFUSED',
    retryable: false,
    message: expect.stringMatching(
      new RegExp(`the largest record for ${topic} has \\d+ bytes, and that topic takes 10000 \\(max.message.bytes\\)$`),
    ) as string,
  });
  await producer.send([sized(1)]);
});

it('records that are together more than their topic takes at once are written all the same', async () => {
  const { topic } = await makeTopics({ topic: 10_000 });
  const producer = await startProducer();
  const records = Array.from({ length: 30 }, (_, at) => event(topic, `${at}`, 'x'.repeat(900)));
  await producer.send(records);
  const { sink } = await startReading({ topic, group: uniqueName() });
  await vi.waitFor(() => expect(sink.deliveries.length).toBeGreaterThanOrEqual(records.length), waiting);
  const ids = sink.deliveries.map(({ record }) => headerText(record.headers, 'ce_id'));
  expect(ids).toEqual(records.map((_, at) => `${at}`));
});

it('records larger than a fetch asks for, or than may be held, are called in their order', async () => {
  const names = await makeTopics({ topic: 12_000_000 });
  const { topic, group } = names;
  const producer = await startProducer();
  const sizes = [10, 5_000_000, 10, 10_000_000, 3_000_000, 10];
  const record = (at: number, size: number) => event(topic, `${at}`, randomBytes(size / 2).toString('hex'));
  for (const [at, size] of sizes.entries()) await producer.send([{ ...record(at, size), key: Buffer.from('one key') }]);
  const { heard } = await startConsumer(names, { held: { bytes: 1_000_000 } });
  await vi.waitFor(() => expect(heard).toEqual(sizes.map((_, at) => `${at}`)), waiting);
  await vi.waitFor(async () => expect(await committedOffsets(kafka, group, topic)).toEqual([sizes.length]), waiting);
});

it('a dead letter that is too large is written compressed, else abridged, and nothing behind it waits', async () => {
  const names = await makeTopics({ topic: 400_000, deadLetters: 100_000 });
  const { topic, group, dlq } = names;
  const producer = await startProducer();
  const zeros = event(topic, 'compressible', rejectedName + '0'.repeat(200_000));
  const noise = event(topic, 'noise', rejectedName + randomBytes(150_000).toString('base64'));
  await producer.send([zeros, noise, event(topic, 'next', 'next')]);
  const { heard } = await startConsumer(names);
  await vi.waitFor(() => expect(heard).toEqual(['compressible', 'noise', 'next']), waiting);
  await vi.waitFor(async () => expect(await committedOffsets(kafka, group, topic)).toEqual([3]), waiting);

  const { sink } = await startReading({ topic: dlq, group: uniqueName() });
  await vi.waitFor(() => expect(sink.deliveries).toHaveLength(2), waiting);
  const letters = new Map(sink.deliveries.map(({ record }) => [headerText(record.headers, 'ce_id'), record]));
  expect(letters.get('compressible')?.value).toEqual(zeros.value);
  const abridged = letters.get('noise');
  expect(abridged?.value).toBeNull();
  expect(headerText(abridged?.headers ?? {}, 'millrace_dlq_left_out')).toBe(`value of ${noise.value?.length} bytes`);
  expect(headerText(abridged?.headers ?? {}, 'millrace_dlq_offset')).toBe('1');
});
