import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createTarget } from '@millrace/http-client';
import { createKafka, createRecordProducer, createRecordSource, ensureTopics } from '@millrace/kafka';
import { createConsumer, createEvent, defineEvent, encodeEvent, on } from '@millrace/messaging';
import { createLogger } from '@millrace/telemetry';
import { mostInASecond } from '@millrace/http-client/testing';
import { expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';

const perSecond = 300;
const partitions = 12;
const log = createLogger({ service: 'group-quota', level: 'silent' });
const kafka = createKafka({
  brokers: (process.env['KAFKA_BROKERS'] ?? '').split(','),
  clientId: 'group-quota',
  log,
});
const patience = { timeout: 60_000, interval: 100 };

it('three instances share a quota by what Kafka knows of their work, while they come and go', async () => {
  const api = await startCountingApi();
  const contract = orderPlaced(`quota-${randomUUID()}`);
  await ensureTopics(kafka, [{ name: contract.topic, partitions, groups: [] }]);
  const made: number[] = [];
  const instance = () => startInstance(contract, api.url, made);

  await publish(contract, 2_400, (order) => `customer ${order}`);
  const first = await instance();
  await vi.waitUntil(() => api.calls.size > 300, patience);
  const others = [await instance(), await instance()];
  await vi.waitUntil(() => api.calls.size > 1_500, patience);
  await first.stop();
  await vi.waitUntil(() => api.calls.size === 2_400, patience);

  const third = await instance();
  await vi.waitUntil(() => [...others, third].every(({ notReady }) => notReady() === undefined), patience);
  await publish(contract, 1_200, () => 'one customer, one partition');
  await vi.waitUntil(() => api.calls.size === 3_600, patience);

  // What arrives in a second depends on how busy this machine is, too (`npm run bench -- quota`); what is sent does not.
  expect(mostInASecond(made)).toBeLessThanOrEqual(1.01 * perSecond);
  expect(made).toHaveLength(3_600 + api.refused());
  expect(api.refused()).toBeLessThan(0.01 * made.length);
}, 120_000);

const orderPlaced = (topic: string) =>
  defineEvent({
    type: 'OrderPlaced',
    version: 1,
    description: 'Somebody has placed an order.',
    topic,
    schema: z.object({ customer: z.string() }),
    key: ({ customer }) => customer,
    examples: [{ customer: 'ann' }],
  });

type Contract = ReturnType<typeof orderPlaced>;

async function publish(contract: Contract, count: number, customerOf: (order: number) => string): Promise<void> {
  const producer = createRecordProducer(kafka);
  await producer.start();
  const records = Array.from({ length: count }, (_, order) =>
    encodeEvent(contract.topic, createEvent(contract, { customer: customerOf(order) }, { source: '/shop' })),
  );
  for (let from = 0; from < count; from += 1_000) await producer.send(records.slice(from, from + 1_000));
  await producer.stop();
}

/** One member of the group, with a target and connections of its own; adds to `made` when it makes a call. */
async function startInstance(contract: Contract, baseUrl: string, made: number[]) {
  const target = createTarget({ name: 'invoices', baseUrl, timeoutMs: 10_000, quota: { perSecond }, log });
  const invoice = on(
    contract,
    async ({ data }, context) => {
      made.push(performance.now());
      await target.post('/invoices', data, context);
    },
    { name: 'invoice' },
  );
  const producer = createRecordProducer(kafka);
  await producer.start();
  const consumer = createConsumer(
    {
      group: `${contract.topic}-group`,
      startAt: 'earliest',
      order: 'unordered',
      targets: [target],
      subscriptions: [invoice],
    },
    { log, producer, source: (options) => createRecordSource(kafka, options) },
  );
  onTestFinished(async () => {
    await consumer.stop();
    await producer.stop();
  });
  await consumer.start();
  return consumer;
}

/** An API that takes as many calls in any second as the quota says. */
async function startCountingApi() {
  const taken: number[] = [];
  const calls = new Set<string | undefined>();
  let [inSecond, refused] = [0, 0];
  const server = createServer((request, response) => {
    const mark = performance.now();
    while ((taken[inSecond] ?? Infinity) <= mark - 1_000) inSecond++;
    const takes = taken.length - inSecond < perSecond;
    if (takes) {
      taken.push(mark);
      calls.add(request.headers['idempotency-key']?.toString());
    } else refused++;
    request.resume();
    void delay(20 + 60 * Math.random()).then(() => response.writeHead(takes ? 200 : 429).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls, refused: () => refused };
}
