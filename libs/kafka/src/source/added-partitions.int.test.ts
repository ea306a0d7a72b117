import { setTimeout as delay } from 'node:timers/promises';
import { createConsumer, createEvent, defineEvent, encodeEvent, on } from '@millrace/messaging';
import { createLogger } from '@millrace/telemetry';
import { expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { committedOffsets, makeTopic, testKafka, uniqueName } from '../testing/test-kafka.ts';
import { createRecordProducer } from '../producer/record-producer.ts';
import { createRecordSource } from './record-source.ts';
import { withAdmin } from '../connection/with-admin.ts';

const kafka = testKafka();
const keys = 60;
const perKey = 40;
const addedAt = perKey / 2;
const patience = { timeout: 90_000, interval: 200 };

interface Called {
  readonly order: number;
  readonly began: number;
  ended?: number;
}

it('keeps the order of each key when a topic grows from 12 to 24 partitions under load', async () => {
  const topic = await makeTopic(kafka, 12);
  const contract = numberedOf(topic);
  const calls = new Map<string, Called[]>();
  const group = uniqueName();
  for (const _ of ['a', 'b']) await startConsumer(group, contract, calls);
  const begun = async () => expect(Math.min(...(await committedOffsets(kafka, group, topic)))).toBe(0);
  await vi.waitFor(begun, patience); // "the latest" is now, and stored

  for (const order of Array(perKey).keys()) {
    if (order === addedAt) await grow(topic, 24);
    if (order === 0 || order === addedAt) await produce.restart(); // so that it knows all partitions
    await produce.send(
      Array.from({ length: keys }, (_, key) => {
        const event = createEvent(contract, { key: `key-${key}`, order }, { source: '/numbers' });
        return encodeEvent(topic, event);
      }),
    );
  }
  const all = () => [...calls.values()].flat();
  await vi.waitFor(() => expect(all().filter(({ ended }) => ended)).toHaveLength(keys * perKey), patience);

  const added = (await committedOffsets(kafka, group, topic)).slice(12);
  expect(added.filter((offset) => offset > 0).length).toBeGreaterThan(6);
  for (const of of calls.values()) {
    expect(of.map(({ order }) => order)).toEqual([...Array(perKey).keys()]);
    for (const [at, { began }] of of.entries()) expect(began).toBeGreaterThanOrEqual(of[at - 1]?.ended ?? 0);
  }
});

function numberedOf(topic: string) {
  return defineEvent({
    type: 'Numbered',
    version: 1,
    description: 'One of a row.',
    topic,
    schema: z.object({ key: z.string(), order: z.int() }),
    key: ({ key }) => key,
    examples: [{ key: 'a', order: 0 }],
  });
}

/** Its calls take 5 to 40 ms, so that partitions fall behind the producer. */
async function startConsumer(
  group: string,
  contract: ReturnType<typeof numberedOf>,
  calls: Map<string, Called[]>,
): Promise<void> {
  const handler = on(
    contract,
    async ({ data: { key, order } }) => {
      const called: Called = { order, began: performance.now() };
      const ofKey = calls.get(key) ?? [];
      calls.set(key, ofKey);
      ofKey.push(called);
      await delay(5 + 35 * Math.random());
      called.ended = performance.now();
    },
    { name: 'numbers' },
  );
  const consumer = createConsumer(
    { group, startAt: 'latest', targets: [], subscriptions: [handler] },
    {
      log: createLogger({ service: 'test', level: 'silent' }),
      producer: createRecordProducer(kafka),
      source: (options) => createRecordSource(kafka, options, { metadataMaxAgeMs: 1_000 }),
    },
  );
  onTestFinished(() => consumer.stop());
  await consumer.start();
  await vi.waitFor(() => expect(consumer.notReady()).toBeUndefined(), patience);
}

async function grow(topic: string, count: number): Promise<void> {
  await withAdmin(kafka, (admin) => admin.createPartitions({ topicPartitions: [{ topic, count }] }));
}

/** A producer that can be replaced by a new one. */
const produce = {
  producer: createRecordProducer(kafka),
  async restart(): Promise<void> {
    await this.producer.stop();
    this.producer = createRecordProducer(kafka);
    await this.producer.start();
    const { producer } = this;
    onTestFinished(() => producer.stop());
  },
  send(records: Parameters<ReturnType<typeof createRecordProducer>['send']>[0]): Promise<unknown> {
    return this.producer.send(records);
  },
};
