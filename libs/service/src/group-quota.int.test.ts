import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { createTarget } from '@millrace/http-client';
import { createKafka, createRecordProducer, createRecordSource, ensureTopics } from '@millrace/kafka';
import { createConsumer, createEvent, defineEvent, encodeEvent, on } from '@millrace/messaging';
import { createLogger } from '@millrace/telemetry';
import { meanPerSecond, mostInASecond } from '@millrace/http-client/testing';
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
  const instance = () => startInstance(contract, api.url);

  await publish(contract, 6_000, (order) => `customer ${order}`);
  const first = await instance();
  await vi.waitUntil(() => api.calls.size > 1_000, patience);
  const others = [await instance(), await instance()];
  await vi.waitUntil(() => api.calls.size > 4_000, patience);
  await first.stop();
  await vi.waitUntil(() => api.calls.size === 6_000, patience);
  api.report('even load, 1, 3, then 2 instances');

  const third = await instance();
  await vi.waitUntil(() => [...others, third].every(({ notReady }) => notReady() === undefined), patience);
  await publish(contract, 3_000, () => 'one customer, one partition');
  await vi.waitUntil(() => api.calls.size === 9_000, patience);
  api.report('all on one partition, 3 instances');

  expect(api.calls.size).toBe(9_000);
  expect(api.refusals.length).toBeLessThan(0.01 * api.arrivals.length);
  expect(mostInASecond(api.arrivals)).toBeLessThan(1.1 * perSecond);
}, 180_000);

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

/** One member of the group, with a target and connections of its own. */
async function startInstance(contract: Contract, baseUrl: string) {
  const target = createTarget({ name: 'invoices', baseUrl, timeoutMs: 10_000, quota: { perSecond }, log });
  const invoice = on(
    contract,
    async ({ data }, context) => {
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

/** An API that takes as many calls in any second as the quota says, and tells when they came. */
async function startCountingApi() {
  const arrivals: number[] = [];
  const refusals: number[] = [];
  const taken: number[] = [];
  const calls = new Set<string | undefined>();
  let [inSecond, reportedMark] = [0, performance.now()];
  const server = createServer((request, response) => {
    const mark = performance.now();
    arrivals.push(mark);
    while ((taken[inSecond] ?? Infinity) <= mark - 1_000) inSecond++;
    const takes = taken.length - inSecond < perSecond;
    (takes ? taken : refusals).push(mark);
    if (takes) calls.add(request.headers['idempotency-key']?.toString());
    request.resume();
    void delay(20 + 60 * Math.random()).then(() => response.writeHead(takes ? 200 : 429).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const report = (what: string) => {
    const [from, to] = [reportedMark, performance.now()];
    reportedMark = to;
    const begun = arrivals.find((mark) => mark >= from) ?? from;
    const figures = { most: mostInASecond(arrivals, from, to), mean: meanPerSecond(arrivals, begun, to) };
    process.stdout.write(
      `${what}: at most ${figures.most} in a second, ${figures.mean.toFixed(1)} on average, ${refusals.length} refused\n`,
    );
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, arrivals, refusals, calls, report };
}
