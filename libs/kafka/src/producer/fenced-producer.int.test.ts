import { type OutgoingRecord, ServiceError } from '@millrace/messaging';
import { expect, it, onTestFinished } from 'vitest';
import { openTopicReader } from '../logs/topic-reader.ts';
import { makeTopic, numbered, range, testKafka, uniqueName } from '../testing/test-kafka.ts';
import { createFencedProducer, type FencedProducer } from './fenced-producer.ts';

const ours = () => Promise.resolve();

function producer(transactionalId: string, confirm: () => Promise<void> = ours): FencedProducer {
  const made = createFencedProducer(testKafka(), { transactionalId, confirm });
  onTestFinished(() => made.stop());
  return made;
}

async function numbersIn(topic: string): Promise<number[]> {
  const reader = await openTopicReader(testKafka());
  onTestFinished(() => reader.close());
  const numbers: number[] = [];
  await reader.read(topic, await reader.ranges(topic), (records) => {
    numbers.push(...records.map(({ value }) => Number(value)));
  });
  return numbers;
}

it('writes to the partitions that keys decide, in order, as any producer does', async () => {
  const [topic, single] = [await makeTopic(testKafka(), 3), await makeTopic(testKafka())];
  const writer = producer(uniqueName());
  for (const from of [0, 50])
    await writer.send([...numbered(topic, from, from + 50), ...numbered(single, from, from + 50)]);
  expect((await numbersIn(topic)).toSorted((a, b) => a - b)).toEqual(range(0, 100));
  expect(await numbersIn(single)).toEqual(range(0, 100));
});

it('lets a producer that another has followed write no more, and does not take the id back', async () => {
  const [topic, id] = [await makeTopic(testKafka()), uniqueName()];
  let firstMay = true;
  const confirm = async () => {
    if (!firstMay) throw new ServiceError('LEASE_LOST', 'the shard is not ours any more');
  };
  const first = producer(id, confirm);
  await first.send(numbered(topic, 0, 10));
  const second = producer(id);
  await second.send(numbered(topic, 10, 20));
  firstMay = false;
  await expect(first.send(numbered(topic, 0, 10))).rejects.toMatchObject({ code: 'LEASE_LOST' });
  // It would have to take the id for that, and so keep the second from writing; the second takes it again, as it may.
  await expect(first.send(numbered(topic, 0, 10))).rejects.toMatchObject({ code: 'LEASE_LOST' });
  await second.send(numbered(topic, 20, 30)).catch(() => second.send(numbered(topic, 20, 30)));
  expect(await numbersIn(topic)).toEqual(range(0, 30));
});

it('says which record Kafka refuses, has written none of the others, and goes on', async () => {
  const topic = await makeTopic(testKafka());
  const writer = producer(uniqueName());
  const large: OutgoingRecord = { topic, key: null, value: Buffer.alloc(2 * 1024 * 1024), headers: {} };
  const [one, two] = numbered(topic, 0, 2);
  await expect(writer.send([one!, large, two!])).rejects.toMatchObject({ code: 'RECORD_REFUSED' });
  expect(await numbersIn(topic)).toEqual([]);
  await writer.send([one!, two!]);
  expect(await numbersIn(topic)).toEqual([0, 1]);
});

it('writes more than fits one batch in one call', async () => {
  const topic = await makeTopic(testKafka());
  const writer = producer(uniqueName());
  const padding = ' '.repeat(100_000);
  const records = range(0, 30).map((number) => ({
    topic,
    key: null,
    value: Buffer.from(`${number}${padding}`),
    headers: {},
  }));
  await writer.send(records);
  expect(await numbersIn(topic)).toEqual(range(0, 30));
});

it('is stopped in no time where no Kafka answers', async () => {
  const nowhere = createFencedProducer(testKafka({ brokers: '127.0.0.1:1' }), { transactionalId: 'a', confirm: ours });
  const sending = nowhere.send(numbered('t', 0, 1)).catch((error: unknown) => error);
  await nowhere.stop();
  expect(await sending).toMatchObject({ code: 'BROKER_UNAVAILABLE' });
});
