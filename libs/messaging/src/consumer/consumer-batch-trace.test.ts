import { metricNames, traceHeaders } from '@millrace/telemetry';
import { SpanKind } from '@opentelemetry/api';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runningBatchConsumer } from './consumer-batch.test-support.ts';
import { orderRecord, pass, settle } from './consumer.test-support.ts';
import { ServiceError } from '../errors/service-error.ts';
import { useRecordedSpans } from './spans.test-support.ts';

const { spans, telemetry } = useRecordedSpans();
const traceIds = { ann: '0af7651916cd43dd8448eb211c80319c', bob: '1af7651916cd43dd8448eb211c80319c' };
const cause = (who: keyof typeof traceIds) => ({ traceparent: `00-${traceIds[who]}-b7ad6b7169203331-01` });
const rejected = new ServiceError('API_REJECTED', 'item answered 422', { status: 422 });

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** Two orders in one batch, each of another trace. */
async function batchOfTwo() {
  const parts = await runningBatchConsumer({ maxSize: 2 });
  for (const who of ['ann', 'bob'] as const) parts.source.append(0, orderRecord(who, 1, cause(who)));
  await settle();
  return parts;
}

it('the call of a batch is a span of its own, linked to the traces of its events', async () => {
  const { api } = await batchOfTwo();
  const carried = traceHeaders();
  api.last.done();
  await settle();
  const [span] = spans('process batch of orders');
  expect(span).toMatchObject({ kind: SpanKind.CONSUMER, parentSpanContext: undefined });
  expect(span?.links.map((link) => link.context.traceId)).toEqual(Object.values(traceIds));
  expect(span?.attributes).toMatchObject({ 'messaging.batch.message_count': 2, 'millrace.subscription': 'invoice' });
  expect(carried).toEqual({});
});

it("what the handler calls is a part of the batch's trace", async () => {
  const carried: string[] = [];
  const parts = await runningBatchConsumer({ maxSize: 1 });
  parts.api.answer = (call) => {
    carried.push(traceHeaders()['traceparent'] ?? '');
    call.done();
  };
  parts.source.append(0, orderRecord('ann', 1, cause('ann')));
  await settle();
  expect(carried[0]).toContain(spans('process batch')[0]?.spanContext().spanId);
});

it('each event has its attempt in its own trace, linked to the call, with its own result', async () => {
  const { api, producer } = await batchOfTwo();
  api.last.done([undefined, rejected]);
  await pass(1);
  const [ann, bob] = spans('process orders');
  const [batch] = spans('process batch');
  expect([ann, bob].map((span) => span?.spanContext().traceId)).toEqual(Object.values(traceIds));
  for (const span of [ann, bob]) expect(span?.links[0]?.context.spanId).toBe(batch?.spanContext().spanId);
  expect(ann?.attributes).toMatchObject({ 'messaging.message.id': 'ann-1', 'millrace.attempt': 1 });
  expect([ann, bob].map((span) => span?.attributes['error.type'])).toEqual([undefined, 'API_REJECTED']);
  expect(producer.sent).toHaveLength(1);
  expect(spans('publish')[0]?.parentSpanContext?.spanId).toBe(bob?.spanContext().spanId);
});

it('a batch that fails as a whole says so in each of the traces', async () => {
  const { api } = await batchOfTwo();
  api.last.fail(new ServiceError('API_UNAVAILABLE', 'POST /batch answered 503'));
  await settle();
  const failed = [...spans('process batch'), ...spans('process orders')];
  expect(failed.map(({ attributes }) => attributes['error.type'])).toEqual(Array(3).fill('API_UNAVAILABLE'));
});

it('how many events were in a call is a histogram', async () => {
  const { api } = await batchOfTwo();
  api.last.done();
  vi.useRealTimers();
  const scraped = await new Promise<string>((resolve) => {
    const response = { statusCode: 0, setHeader: () => undefined, end: resolve } as unknown as ServerResponse;
    telemetry.serveMetrics({} as IncomingMessage, response);
  });
  const name = metricNames.batchSize.replaceAll('.', '_');
  expect(scraped).toMatch(new RegExp(`${name}_bucket\\{.*millrace_subscription="invoice".*le="2"\\} \\d`));
});
