import { type Commit, createConsumer, createEvent, defineEvent, encodeEvent, on } from '@millrace/messaging';
import { decodePlace } from '@millrace/messaging/membership';
import { decodeOffsetMap } from '@millrace/messaging/testing';
import { createLogger } from '@millrace/telemetry';
import { expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import type { KafkaConnection } from '../connection/kafka-connection.ts';
import { committed, makeTopic, testKafka, uniqueName } from '../testing/test-kafka.ts';
import { createRecordProducer } from '../producer/record-producer.ts';
import { createRecordSource } from './record-source.ts';

const records = 20_000;
const partitions = 4;
const stuck = 77;
const kafka = testKafka();
const patience = { timeout: 50_000, interval: 100 };

it('a crash with one record stuck and 19,999 done beyond it costs one call', async () => {
  const topic = await makeTopic(kafka, partitions);
  const group = uniqueName();
  await write(topic);

  const first = crashable(kafka);
  const callsBefore = await consume(topic, group, first.connection, (order) => order === stuck);
  await vi.waitFor(async () => expect(await done(group, topic)).toBe(records - 1), patience);
  expect(callsBefore.toSorted((a, b) => a - b)).toEqual(Array.from({ length: records }, (_, order) => order));
  first.crash();

  const callsAfter = await consume(topic, group, kafka, () => false);
  await vi.waitFor(async () => expect(await done(group, topic)).toBe(records), patience);
  expect(callsAfter).toEqual([stuck]);
});

function orderPlaced(topic: string) {
  return defineEvent({
    type: 'OrderPlaced',
    version: 1,
    description: 'Somebody has placed an order.',
    topic,
    schema: z.object({ order: z.int() }),
    key: ({ order }) => `order-${order}`,
    examples: [{ order: 1 }],
  });
}

async function write(topic: string): Promise<void> {
  const producer = createRecordProducer(kafka);
  await producer.start();
  const contract = orderPlaced(topic);
  const event = (order: number) => encodeEvent(topic, createEvent(contract, { order }, { source: '/orders' }));
  const all = Array.from({ length: records }, (_, order) => event(order));
  for (let from = 0; from < records; from += 1_000) await producer.send(all.slice(from, from + 1_000));
  await producer.stop();
}

/** Starts a consumer whose calls for orders that hang never end; resolves to the orders it calls for, as they come. */
async function consume(
  topic: string,
  group: string,
  connection: KafkaConnection,
  hangs: (order: number) => boolean,
): Promise<readonly number[]> {
  const calls: number[] = [];
  const { promise: never } = Promise.withResolvers<void>();
  const call = on(
    orderPlaced(topic),
    ({ data: { order } }) => {
      calls.push(order);
      return hangs(order) ? never : Promise.resolve();
    },
    { name: 'orders' },
  );
  const consumer = createConsumer(
    { group, startAt: 'earliest', targets: [], subscriptions: [call], callTimeoutMs: 600_000, drainTimeoutMs: 0 },
    {
      log: createLogger({ service: 'test', level: 'silent' }),
      producer: createRecordProducer(connection),
      source: (options) => createRecordSource(connection, options),
    },
  );
  onTestFinished(() => consumer.stop());
  await consumer.start();
  return calls;
}

/** A connection that ends as that of a killed process does: at once, without a word to Kafka, and for good. */
function crashable(connection: KafkaConnection): { readonly connection: KafkaConnection; crash(): void } {
  const clients: ReturnType<KafkaConnection['open']>[] = [];
  let crashed = false;
  const open: KafkaConnection['open'] = (options) => {
    const client = connection.open(options);
    clients.push(client);
    if (crashed) client.close();
    return client;
  };
  const crash = () => {
    crashed = true;
    for (const client of clients) client.close();
  };
  return { connection: { ...connection, open }, crash };
}

/** How many records are done according to what the group has committed. */
async function done(group: string, topic: string): Promise<number> {
  const commits = await committed(kafka, group, topic);
  return commits.reduce((sum, commit) => sum + doneIn(commit), 0);
}

function doneIn({ offset, metadata }: Commit): number {
  const map = decodeOffsetMap(decodePlace(metadata).metadata);
  const beyond = typeof map === 'object' ? map.finished : [];
  return beyond.reduce((sum, { from, to }) => sum + to - from, Math.max(0, offset));
}
