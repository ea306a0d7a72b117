import type { KafkaRecord } from '@millrace/messaging';
import { expect, it, onTestFinished } from 'vitest';
import { createRecordProducer } from '../producer/record-producer.ts';
import { makeTopic, numbered, range, testKafka, uniqueName } from '../testing/test-kafka.ts';
import { openTopicReader } from './topic-reader.ts';
import { openTransactions } from './transactions.ts';

async function openReader() {
  const reader = await openTopicReader(testKafka());
  onTestFinished(() => reader.close());
  const readAll = async (topic: string) => {
    const records: KafkaRecord[] = [];
    await reader.read(topic, await reader.ranges(topic), (more) => void records.push(...more));
    return records;
  };
  return { reader, readAll };
}

async function write(topic: string, from: number, to: number): Promise<void> {
  const producer = createRecordProducer(testKafka());
  await producer.start();
  await producer.send(numbered(topic, from, to));
  await producer.stop();
}

function numbersOf(records: readonly KafkaRecord[]): number[] {
  return records.map(({ value }) => Number(value?.toString()));
}

const placed = (topic: string, value: string, partition = 0) => ({
  topic,
  partition,
  key: null,
  value: Buffer.from(value),
  headers: {},
});

it('reads all that lies in a topic, in order per partition', async () => {
  const topic = await makeTopic(testKafka(), 3);
  await write(topic, 0, 3_000);
  const { reader, readAll } = await openReader();
  const records = await readAll(topic);
  expect(numbersOf(records).toSorted((a, b) => a - b)).toEqual(range(0, 3_000));
  for (const partition of [0, 1, 2]) {
    const offsets = records.filter((record) => record.partition === partition).map(({ offset }) => offset);
    expect(offsets).toEqual(range(0, offsets.length));
  }
  expect(await reader.topics()).toContain(topic);
});

it('reads the range that it is given, and nothing of a topic that is not there', async () => {
  const topic = await makeTopic(testKafka());
  await write(topic, 0, 50);
  const { reader } = await openReader();
  const numbers: number[] = [];
  await reader.read(topic, [{ partition: 0, from: 10, to: 20 }], (records) => void numbers.push(...numbersOf(records)));
  expect(numbers).toEqual(range(10, 20));
  expect(await reader.ranges(uniqueName())).toEqual([]);
});

it('reads what transactions have committed, and nothing that they have not', async () => {
  const topic = await makeTopic(testKafka());
  const writer = await openTransactions(testKafka(), uniqueName());
  onTestFinished(() => writer.close());
  for (const value of ['1', '2', '3']) await writer.write([placed(topic, value), placed(topic, `${value}0`)]);
  const { readAll } = await openReader();
  expect(numbersOf(await readAll(topic))).toEqual([1, 10, 2, 20, 3, 30]);
  await expect(writer.write([placed(topic, '4'), placed(topic, '5', 7)])).rejects.toMatchObject({
    code: 'BROKER_UNAVAILABLE',
  });
  const next = await openTransactions(testKafka(), uniqueName());
  onTestFinished(() => next.close());
  await next.write([placed(topic, '6')]);
  expect(numbersOf(await readAll(topic))).toEqual([1, 10, 2, 20, 3, 30, 6]);
});

it('lets nobody write under an id that another has opened since', async () => {
  const [topic, id] = [await makeTopic(testKafka()), uniqueName()];
  const first = await openTransactions(testKafka(), id);
  onTestFinished(() => first.close());
  await first.write([placed(topic, '1')]);
  const second = await openTransactions(testKafka(), id);
  onTestFinished(() => second.close());
  await expect(first.write([placed(topic, '2')])).rejects.toMatchObject({ code: 'LEASE_LOST' });
  await second.write([placed(topic, '3')]);
  const { readAll } = await openReader();
  expect(numbersOf(await readAll(topic))).toEqual([1, 3]);
});

it('says so where no Kafka answers', async () => {
  const nowhere = testKafka({ brokers: '127.0.0.1:1' });
  await expect(openTopicReader(nowhere)).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
});
