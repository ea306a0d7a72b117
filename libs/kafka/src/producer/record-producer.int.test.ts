import type { OutgoingRecord } from '@millrace/messaging';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ensureTopics } from '../topics/ensure-topics.ts';
import { createRecordProducer, type KafkaRecordProducer } from './record-producer.ts';
import { createRecordSource } from '../source/record-source.ts';
import { RememberingSink } from '../testing/remembering-sink.ts';
import { makeTopic, numbered, range, testKafka, uniqueName } from '../testing/test-kafka.ts';

const kafka = testKafka();
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function startProducer(connection = kafka, sendTimeoutMs = 5_000): Promise<KafkaRecordProducer> {
  const producer = createRecordProducer(connection, { sendTimeoutMs });
  stops.push(() => producer.stop());
  await producer.start();
  return producer;
}

async function read(topic: string): Promise<RememberingSink> {
  const sink = new RememberingSink();
  const source = createRecordSource(kafka, { group: uniqueName(), topics: [topic] });
  stops.push(() => source.stop());
  await source.start(sink);
  return sink;
}

describe('a record producer on Kafka', () => {
  it('writes key, value and headers as they are', async () => {
    const topic = await makeTopic(kafka);
    const producer = await startProducer();
    const headers = { text: 'é', bytes: Buffer.from([0, 255]), several: ['a', Buffer.from('b')], absent: undefined };
    await producer.send([
      { topic, key: Buffer.from('k'), value: Buffer.from([1, 2]), headers },
      { topic, key: null, value: null, headers: {} },
    ]);
    const { deliveries } = await read(topic);
    await vi.waitFor(() => expect(deliveries).toHaveLength(2), 10_000);
    expect(deliveries.map(({ record }) => record)).toMatchObject([
      {
        key: Buffer.from('k'),
        value: Buffer.from([1, 2]),
        headers: {
          text: Buffer.from('é'),
          bytes: Buffer.from([0, 255]),
          several: ['a', 'b'],
        },
      },
      { key: null, value: null, headers: {} },
    ]);
    expect(Object.keys(deliveries[0]!.record.headers)).not.toContain('absent');
  });

  it('keeps the order of calls that overlap, and writes each record once', async () => {
    const topic = await makeTopic(kafka);
    const producer = await startProducer();
    await Promise.all(range(0, 300).map((number) => producer.send(numbered(topic, number, number + 1))));
    const sink = await read(topic);
    await vi.waitFor(() => expect(sink.numbers.length).toBeGreaterThanOrEqual(300), 10_000);
    expect(sink.numbers).toEqual(range(0, 300));
  });

  it('writes in order what is too much for one batch', async () => {
    const topic = await makeTopic(kafka);
    const producer = await startProducer();
    const records = numbered(topic, 0, 40).map((record) => ({ ...record, headers: { filler: 'x'.repeat(100_000) } }));
    await producer.send(records);
    const sink = await read(topic);
    await vi.waitFor(() => expect(sink.numbers.length).toBeGreaterThanOrEqual(40), 10_000);
    expect(sink.numbers).toEqual(range(0, 40));
  });

  it('says that a topic is missing, and writes once it is there', async () => {
    const topic = uniqueName();
    const producer = await startProducer();
    await expect(producer.send(numbered(topic, 0, 1))).rejects.toMatchObject({
      code: 'TOPIC_MISSING',
      retryable: true,
    });
    await ensureTopics(kafka, [{ name: topic, partitions: 1, groups: [] }]);
    await producer.send(numbered(topic, 0, 1));
    const sink = await read(topic);
    await vi.waitFor(() => expect(sink.numbers).toEqual([0]), 10_000);
  });

  it('writes the calls that wait beside one which Kafka refuses', async () => {
    const topic = await makeTopic(kafka);
    const producer = await startProducer();
    const tooLarge: OutgoingRecord = { topic, key: null, value: Buffer.alloc(2_000_000), headers: {} };
    const outcomes = await Promise.allSettled([
      producer.send(numbered(topic, 0, 1)),
      producer.send([tooLarge]),
      producer.send(numbered(uniqueName(), 0, 1)),
      producer.send(numbered(topic, 1, 2)),
    ]);
    expect(outcomes).toMatchObject([
      { status: 'fulfilled' },
      { reason: { code: 'RECORD_REFUSED', retryable: false } },
      { reason: { code: 'TOPIC_MISSING' } },
      { status: 'fulfilled' },
    ]);
    const sink = await read(topic);
    await vi.waitFor(() => expect(new Set(sink.numbers)).toEqual(new Set([0, 1])), 10_000);
  });

  it('gives up where no broker is, saying why, and takes nothing once it is stopped', async () => {
    const nowhere = testKafka({ brokers: '127.0.0.1:1' });
    const producer = await startProducer(nowhere, 2_000);
    await expect(producer.send(numbered('any', 0, 1))).rejects.toMatchObject({
      code: 'BROKER_UNAVAILABLE',
      message: expect.stringContaining('ECONNREFUSED') as string,
    });
    await producer.stop();
    await expect(producer.send(numbered('any', 0, 1))).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
  });
});
