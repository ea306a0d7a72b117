import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { headerText } from '@millrace/messaging';
import { createLogger, withSpan } from '@millrace/telemetry';
import { startTelemetry, type Telemetry } from '@millrace/telemetry/start';
import { SpanKind } from '@opentelemetry/api';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSqliteOutbox } from './create-sqlite-outbox.ts';
import { createSqliteOutboxStore } from './create-sqlite-outbox-store.ts';
import { FakeProducer } from './fake-producer.ts';
import { openSqlite } from './open-sqlite.ts';
import { outboxSetAside, outboxTable } from './outbox-table.ts';
import { createRelay, type Relay } from './relay.ts';
import { inTransaction } from './sqlite-transaction.ts';
import { counted } from './test-event.ts';

/** For a busy machine. */
const patience = { timeout: 8_000 };

const exporter = new InMemorySpanExporter();
const log = createLogger({ service: 'test', level: 'silent' });

let telemetry: Telemetry;
let scrapes: Server;
let directory: string;
let database: DatabaseSync;
let producer: FakeProducer;
let relay: Relay;

beforeAll(async () => {
  telemetry = startTelemetry({ service: 'test', spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  scrapes = createServer((request, response) => telemetry.serveMetrics(request, response)).listen(0, '127.0.0.1');
  await once(scrapes, 'listening');
});

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-trace-'));
  database = openSqlite({ file: join(directory, 'outbox.db'), migrations: [outboxTable, outboxSetAside] });
  producer = new FakeProducer();
  relay = createRelay({ store: createSqliteOutboxStore(database), producer, log });
});

afterEach(async () => {
  await relay.stop();
  exporter.reset();
  database.close();
  rmSync(directory, { recursive: true });
});

afterAll(async () => {
  scrapes.close();
  await telemetry.stop();
});

function append(count: number): void {
  const outbox = createSqliteOutbox({ source: '/test', events: [counted], onCommitted: relay.wake });
  inTransaction(database, (transaction) => outbox.append(transaction, counted, { key: 'ada', count }));
}

const spansNamed = (name: string) => exporter.getFinishedSpans().filter((span) => span.name === name);
const isChild = (child: ReadableSpan | undefined, parent: ReadableSpan | undefined) =>
  child?.spanContext().traceId === parent?.spanContext().traceId &&
  child?.parentSpanContext?.spanId === parent?.spanContext().spanId;

async function scrape(): Promise<string> {
  const { port } = scrapes.address() as AddressInfo;
  return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
}

describe('the trace of an event', () => {
  it('goes from the request over the stored row into the record, parent to child', async () => {
    await withSpan('POST /users', {}, async () => append(1));
    await relay.start();
    const publish = await vi.waitUntil(() => spansNamed('publish counts')[0], patience);
    const [request] = spansNamed('POST /users');
    const [appended] = spansNamed('append Counted');
    expect([isChild(appended, request), isChild(publish, appended)]).toEqual([true, true]);
    const { traceId, spanId } = publish.spanContext();
    const headers = producer.written[0]?.headers ?? {};
    expect(headerText(headers, 'traceparent')).toBe(`00-${traceId}-${spanId}-01`);
    expect(publish).toMatchObject({
      kind: SpanKind.PRODUCER,
      attributes: {
        'messaging.system': 'kafka',
        'messaging.destination.name': 'counts',
        'messaging.message.id': headerText(headers, 'ce_id'),
        'cloudevents.event_type': 'Counted',
      },
    });
  });

  it('is its own for each event of a batch', async () => {
    for (const count of [1, 2]) await withSpan('POST /users', {}, async () => append(count));
    await relay.start();
    const traces = await vi.waitUntil(() => {
      const ids = spansNamed('publish counts').map((span) => span.spanContext().traceId);
      return ids.length === 2 && ids;
    }, patience);
    expect(producer.tries).toHaveLength(1);
    expect(traces).toEqual(spansNamed('POST /users').map((span) => span.spanContext().traceId));
  });

  it('has one publishing span, however often sending failed', async () => {
    producer.fail();
    append(1);
    await relay.start();
    await vi.waitUntil(() => producer.tries.length >= 2, patience);
    producer.recover();
    const span = await vi.waitUntil(() => spansNamed('publish counts')[0], patience);
    expect(span.status.message).toBeUndefined();
    expect(spansNamed('publish counts')).toHaveLength(1);
    expect(new Set(producer.tries.map(([record]) => record?.headers['traceparent'])).size).toBe(1);
  });

  it('shows that publishing was given up when the service stops', async () => {
    producer.fail();
    append(1);
    await relay.start();
    await vi.waitUntil(() => producer.tries.length > 0, patience);
    await relay.stop();
    expect(spansNamed('publish counts')[0]?.attributes).toMatchObject({ 'error.type': 'BROKER_UNAVAILABLE' });
  });
});

describe('the metrics of the outbox', () => {
  it('show depth and age while the broker is away, and what was published when it is back', async () => {
    const now = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: now - 7_000 });
    producer.fail();
    append(1);
    vi.setSystemTime(now);
    append(2);
    await relay.start();
    const waiting = await scrape();
    expect(waiting).toMatch(/^millrace_outbox_depth(\{.*\})? 2$/m);
    expect(waiting).toMatch(/^millrace_outbox_age_seconds(\{.*\})? 7$/m);
    vi.useRealTimers();
    producer.recover();
    await vi.waitUntil(() => producer.written.length === 2, patience);
    await relay.stop();
    expect(await scrape()).toMatch(/^millrace_outbox_published_total\{.*topic="counts".*\} \d+$/m);
  });

  it('say that nothing is old when nothing waits', async () => {
    await relay.start();
    const text = await scrape();
    expect(text).toMatch(/^millrace_outbox_depth(\{.*\})? 0$/m);
    expect(text).toMatch(/^millrace_outbox_age_seconds(\{.*\})? 0$/m);
  });
});
