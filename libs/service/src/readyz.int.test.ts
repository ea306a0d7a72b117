import { randomUUID } from 'node:crypto';
import { createKafka, ensureTopics } from '@millrace/kafka';
import { createPublisher, defineEvent, type Handler, on } from '@millrace/messaging';
import { createLogger } from '@millrace/telemetry';
import { expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { kafkaConfig, port } from './config-fields.ts';
import type { consumerReport } from './describe-consumer.ts';
import { startService } from './start-service.ts';

interface Ordered {
  readonly customer: string;
}

interface Answer {
  readonly status: string;
  readonly consumers: readonly z.infer<typeof consumerReport>[];
}

const patience = { timeout: 30_000, interval: 50 };
const brokers = process.env['KAFKA_BROKERS'] ?? '';
const orderedIn = (topic: string) =>
  defineEvent<Ordered>({
    type: 'Ordered',
    version: 1,
    description: 'A customer ordered.',
    topic,
    schema: z.object({ customer: z.string() }),
    key: ({ customer }) => customer,
    examples: [{ customer: 'ann' }],
  });

/** A service with one consumer, whose handler hangs for the customer `stuck`, until it is let go. */
async function startOrders() {
  const topic = `readyz-${randomUUID().slice(0, 8)}`;
  const ordered = orderedIn(topic);
  const kafka = createKafka({ brokers: brokers.split(','), clientId: 'readyz', log: silent });
  await ensureTopics(kafka, [{ name: topic, partitions: 1, groups: [topic] }]);
  const stuck = Promise.withResolvers<void>();
  const handler: Handler<Ordered> = ({ data }) => (data.customer === 'stuck' ? stuck.promise : Promise.resolve());
  const { promise: built, resolve } = Promise.withResolvers<ReturnType<typeof createPublisher>>();
  const service = await startService({
    name: 'readyz',
    config: { PORT: port(0), ...kafkaConfig },
    environment: { KAFKA_BROKERS: brokers, LOG_LEVEL: 'silent' },
    build: ({ createConsumer, createProducer }) => {
      const producer = createProducer();
      resolve(createPublisher({ producer, source: '/orders' }));
      const subscriptions = [on(ordered, handler, { name: 'orders' })];
      return [producer, createConsumer({ group: topic, startAt: 'earliest', targets: [], subscriptions })];
    },
  });
  onTestFinished(async () => {
    stuck.resolve();
    await service.stop();
  });
  const publisher = await built;
  const publish = (customer: string) => publisher.publish(ordered, { customer });
  return { topic, url: service.url, publish, letGo: () => stuck.resolve() };
}

const silent = createLogger({ service: 'readyz', level: 'silent' });

it('/readyz?verbose and /metrics show what a consumer on Kafka does', async () => {
  const { topic, url, publish, letGo } = await startOrders();
  for (const customer of ['stuck', 'ann', 'bob', 'cat']) await publish(customer);
  const verbose = async () => (await fetch(`${url}/readyz?verbose`)).text();
  const partition = async () => (JSON.parse(await verbose()) as Answer).consumers[0]?.partitions[0];
  await vi.waitFor(async () => expect(await partition()).toMatchObject({ finishedBeyond: 3 }), patience);
  await vi.waitFor(async () => expect(await partition()).toHaveProperty('keptFor'), patience);

  const text = await verbose();
  expect(JSON.parse(text)).toMatchObject({
    status: 'ready',
    consumers: [{ group: topic, membership: 'joined', running: '1 of 256' }],
  });
  expect(await partition()).toMatchObject({ partition: `${topic}/0`, state: 'reading', lag: 4, committed: 0, next: 4 });
  expect(text).not.toContain('stuck');
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toMatch(new RegExp(`^millrace_partition_finished_beyond\\{.*"${topic}".*\\} 3$`, 'm'));
  expect(metrics).toMatch(new RegExp(`^millrace_partition_kept_for_seconds\\{.*"${topic}".*\\} \\d{3,}`, 'm'));

  letGo();
  await vi.waitFor(async () => expect(await partition()).toMatchObject({ lag: 0, committed: 4, running: 0 }), patience);
});
