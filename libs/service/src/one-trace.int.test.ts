import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { userRegistered } from '@millrace/contracts';
import { createTarget } from '@millrace/http-client';
import { createHttpServer } from '@millrace/http-server';
import { createConsumer, on, type RecordProducer } from '@millrace/messaging';
import {
  createSqliteOutbox,
  createSqliteOutboxStore,
  createRelay,
  inTransaction,
  openSqlite,
  outboxSetAside,
  outboxTable,
} from '@millrace/outbox';
import { createKafka, createRecordProducer, createRecordSource, ensureTopics } from '@millrace/kafka';
import { createStubApis } from '@millrace/testing/stub-apis';
import { createLogger } from '@millrace/telemetry';
import { startTelemetry } from '@millrace/telemetry/start';
import { SpanKind } from '@opentelemetry/api';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { expect, it, onTestFinished, vi } from 'vitest';

type Contract = typeof userRegistered;

const limitMs = 30_000;
const log = createLogger({ service: 'one-trace', level: 'silent' });

it('one request is one trace: edge, service, outbox, Kafka, consumer, API', async () => {
  const exporter = new InMemorySpanExporter();
  const telemetry = startTelemetry({ service: 'one-trace', spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  onTestFinished(() => telemetry.stop());
  const contract = { ...userRegistered, topic: `trace-${randomUUID()}` };
  const chain = [
    ['POST /register', SpanKind.SERVER],
    ['POST user-service', SpanKind.CLIENT],
    ['POST /users', SpanKind.SERVER],
    ['append UserRegistered', SpanKind.INTERNAL],
    [`publish ${contract.topic}`, SpanKind.PRODUCER],
    [`process ${contract.topic}`, SpanKind.CONSUMER],
    ['POST notification', SpanKind.CLIENT],
    ['POST notification', SpanKind.SERVER],
  ];
  const gateway = await startFlow(contract);

  const traceId = randomBytes(16).toString('hex');
  const clientSpanId = randomBytes(8).toString('hex');
  const response = await fetch(`${gateway}/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-${clientSpanId}-01` },
    body: '{}',
  });
  expect(response.status).toBe(201);

  const spans = await vi.waitUntil(() => atLeast(chain.length, exporter.getFinishedSpans()), { timeout: limitMs });
  expect(new Set(spans.map((span) => span.spanContext().traceId))).toEqual(new Set([traceId]));
  expect(chainFrom(clientSpanId, spans)).toEqual(chain);
  expect(spans).toHaveLength(chain.length);
});

/** Starts everything between the client and the API, in this process; resolves with the edge's address. */
async function startFlow(contract: Contract): Promise<string> {
  const kafka = createKafka({ clientId: 'one-trace', brokers: (process.env['KAFKA_BROKERS'] ?? '').split(','), log });
  await ensureTopics(kafka, [{ name: contract.topic, partitions: 1, groups: [] }]);
  const producer = createRecordProducer(kafka);
  await startUntilTestEnds(producer);

  const stubs = createStubApis({ controlPort: 0, apiPorts: { notification: 0 }, file: ':memory:' });
  await startUntilTestEnds(stubs);
  const api = createTarget({ name: 'notification', baseUrl: stubs.url('notification'), timeoutMs: limitMs, log });
  const send = on(
    contract,
    async ({ data: { email } }, context) =>
      void (await api.post('/emails/send', { to: email, template: 'welcome' }, context)),
    { name: 'notification' },
  );
  const consumer = createConsumer(
    { group: contract.topic, startAt: 'earliest', targets: [api], subscriptions: [send] },
    { log, producer, source: (options) => createRecordSource(kafka, options) },
  );
  await startUntilTestEnds(consumer);
  const users = await startUsers(contract, producer);
  return startEdge(users);
}

/** Stands in for user-service: the event is appended in a transaction and published by the relay. */
async function startUsers(contract: Contract, producer: RecordProducer): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-trace-'));
  const database = openSqlite({ file: join(folder, 'users.db'), migrations: [outboxTable, outboxSetAside] });
  onTestFinished(() => {
    database.close();
    rmSync(folder, { recursive: true });
  });
  const relay = createRelay({ store: createSqliteOutboxStore(database), producer, log });
  const outbox = createSqliteOutbox({ source: '/users', events: [contract], onCommitted: relay.wake });
  await startUntilTestEnds(relay);
  return listen('/users', async () => {
    const data = {
      userId: randomUUID(),
      username: 'ada',
      email: 'ada@example.test',
      registeredAt: new Date().toISOString(),
    };
    inTransaction(database, (transaction) => outbox.append(transaction, contract, data));
  });
}

/** Stands in for the gateway. */
async function startEdge(usersUrl: string): Promise<string> {
  const users = createTarget({ name: 'user-service', baseUrl: usersUrl, timeoutMs: limitMs, log });
  onTestFinished(() => users.stop());
  return listen('/register', async () => {
    await users.post('/users', {}, { signal: AbortSignal.timeout(limitMs) });
  });
}

/** A server that answers a POST to `path` with 201 when `work` is done. */
async function listen(path: string, work: () => Promise<void>): Promise<string> {
  const http = createHttpServer({ log });
  http.post(path, async (_request, reply) => {
    await work();
    return reply.code(201).send({});
  });
  onTestFinished(() => http.close());
  return http.listen({ host: '127.0.0.1', port: 0 });
}

async function startUntilTestEnds(part: { start(): Promise<void>; stop(): Promise<void> }): Promise<void> {
  onTestFinished(() => part.stop());
  await part.start();
}

/** The parents' spans end after their children's: only a full count is the whole trace. */
function atLeast(count: number, spans: readonly ReadableSpan[]): readonly ReadableSpan[] | undefined {
  return spans.length >= count ? spans : undefined;
}

/** Name and kind of the span below `parentId`, of the one below that, and so on. */
function chainFrom(parentId: string, spans: readonly ReadableSpan[]): readonly (readonly [string, SpanKind])[] {
  const span = spans.find(({ parentSpanContext }) => parentSpanContext?.spanId === parentId);
  return span ? [[span.name, span.kind], ...chainFrom(span.spanContext().spanId, spans)] : [];
}
