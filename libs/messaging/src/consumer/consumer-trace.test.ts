import { traceHeaders } from '@millrace/telemetry';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { orderPlaced, orderRecord, pass, runningConsumer, settle } from './consumer.test-support.ts';
import { InMemoryProducer } from '../testing/in-memory-producer.ts';
import { createPublisher } from '../events/publisher.ts';
import { headerText } from '../ports/record.ts';
import { ServiceError } from '../errors/service-error.ts';
import { useRecordedSpans } from './spans.test-support.ts';

const { spans } = useRecordedSpans();
const traceId = '0af7651916cd43dd8448eb211c80319c';
const cause = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };
const rejected = new ServiceError('API_REJECTED', 'POST /invoices answered 422', { status: 422 });

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('an attempt', () => {
  it("is a span in the trace of the request that caused the event, a child of the record's", async () => {
    const { api, source } = await runningConsumer();
    source.append(0, orderRecord('ann', 1, cause));
    await settle();
    api.call('ann-1').done();
    await settle();
    const [span] = spans('process');
    expect(span).toMatchObject({ name: 'process orders', kind: SpanKind.CONSUMER });
    expect(span?.spanContext().traceId).toBe(traceId);
    expect(span?.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
    expect(span?.attributes).toEqual({
      'messaging.system': 'kafka',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'orders',
      'messaging.destination.partition.id': '0',
      'messaging.kafka.offset': 0,
      'messaging.consumer.group.name': 'billing',
      'messaging.message.id': 'ann-1',
      'cloudevents.event_type': 'OrderPlaced',
      'millrace.subscription': 'invoice',
      'millrace.attempt': 1,
    });
  });

  it('is active around the handler: what that calls carries the span on', async () => {
    const { api, source } = await runningConsumer();
    const carried: Record<string, string>[] = [];
    api.answer = (call) => {
      carried.push(traceHeaders());
      call.done();
    };
    source.append(0, orderRecord('ann', 1, cause));
    await settle();
    const spanId = spans('process')[0]?.spanContext().spanId;
    expect(carried).toEqual([{ traceparent: `00-${traceId}-${spanId}-01` }]);
  });

  it('that fails is marked with its code, and its repetition is a span of the same trace', async () => {
    const { api, source } = await runningConsumer();
    source.append(0, orderRecord('ann', 1, cause));
    await settle();
    api.call('ann-1').fail(new ServiceError('API_TIMEOUT', 'no answer within 5000 ms'));
    await pass(200);
    api.call('ann-1').done();
    await settle();
    const [first, second] = spans('process');
    expect(first).toMatchObject({
      status: { code: SpanStatusCode.ERROR, message: 'no answer within 5000 ms' },
      attributes: { 'error.type': 'API_TIMEOUT', 'millrace.attempt': 1 },
    });
    expect(second).toMatchObject({ status: { code: SpanStatusCode.UNSET }, attributes: { 'millrace.attempt': 2 } });
    for (const span of [first, second]) expect(span?.spanContext().traceId).toBe(traceId);
  });

  it('is not charged for the time that its retry waits', async () => {
    const { api, source } = await runningConsumer();
    source.append(0, orderRecord('ann', 1, cause));
    await settle();
    api.call('ann-1').fail(new ServiceError('API_TIMEOUT', 'no answer'));
    await settle();
    expect(spans('process').length).toBe(1);
  });

  it('begins a trace of its own where the record carries none', async () => {
    const { api, source } = await runningConsumer();
    api.answer = (call) => call.done();
    source.append(0, orderRecord('ann', 1));
    await settle();
    expect(spans('process')[0]?.parentSpanContext).toBeUndefined();
  });

  it('writes its log lines under its span', async () => {
    const { api, source, lines } = await runningConsumer();
    source.append(0, orderRecord('ann', 1, cause));
    await settle();
    api.call('ann-1').fail(new ServiceError('API_TIMEOUT', 'no answer'));
    await settle();
    const spanId = spans('process')[0]?.spanContext().spanId;
    expect(lines.at(-1)).toMatchObject({ msg: 'attempt failed', trace_id: traceId, span_id: spanId });
  });
});

describe('a dead letter', () => {
  it('is published by a span below the last attempt, and carries the original trace', async () => {
    const { api, source, producer } = await runningConsumer();
    source.append(0, orderRecord('ann', 1, cause));
    await settle();
    api.call('ann-1').fail(rejected);
    await settle();
    const [publish] = spans('publish');
    expect(publish).toMatchObject({ name: 'publish orders.billing.dlq', kind: SpanKind.PRODUCER });
    expect(publish?.parentSpanContext?.spanId).toBe(spans('process')[0]?.spanContext().spanId);
    expect(producer.sent[0]?.headers).toMatchObject(cause);
  });

  it('that is tried again stays below the attempt', async () => {
    const { api, source, producer } = await runningConsumer();
    producer.beforeWrite = () => Promise.reject(new ServiceError('BROKER_UNAVAILABLE', 'not acknowledged'));
    source.append(0, orderRecord('ann', 1, cause));
    await settle();
    api.call('ann-1').fail(rejected);
    await pass(200);
    const attempt = spans('process')[0]?.spanContext().spanId;
    expect(spans('publish').map((span) => span.parentSpanContext?.spanId)).toEqual([attempt, attempt]);
  });

  it('of a record that could not be read is in the trace of the record', async () => {
    const { source } = await runningConsumer();
    source.append(0, { ...orderRecord('ann', 1, cause), value: null });
    await settle();
    expect(spans('process')).toEqual([]);
    expect(spans('publish')[0]?.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
  });
});

describe('publishing an event', () => {
  it('resolves when it is durable, and its record carries the span of the publishing', async () => {
    const producer = new InMemoryProducer();
    const publisher = createPublisher({ producer, source: '/shop' });
    await publisher.publish(orderPlaced, { customer: 'ann', number: 1 });
    const [record] = producer.sent;
    const [span] = spans('publish');
    expect(span).toMatchObject({ name: 'publish orders', kind: SpanKind.PRODUCER });
    expect(record).toMatchObject({ topic: 'orders', key: Buffer.from('ann') });
    expect(headerText(record?.headers ?? {}, 'traceparent')).toContain(span?.spanContext().spanId);
    expect(span?.attributes['messaging.message.id']).toBe(headerText(record?.headers ?? {}, 'ce_id'));
  });

  it('rejects when the broker did not acknowledge it', async () => {
    const producer = new InMemoryProducer();
    producer.beforeWrite = () => Promise.reject(new ServiceError('BROKER_UNAVAILABLE', 'not acknowledged'));
    const publisher = createPublisher({ producer, source: '/shop' });
    const publish = publisher.publish(orderPlaced, { customer: 'ann', number: 1 });
    await expect(publish).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    expect(spans('publish')[0]?.attributes['error.type']).toBe('BROKER_UNAVAILABLE');
  });

  it('sends nothing that its consumers could not read', async () => {
    const producer = new InMemoryProducer();
    const publisher = createPublisher({ producer, source: '/shop' });
    const publish = publisher.publish(orderPlaced, { customer: 'ann' } as never);
    await expect(publish).rejects.toMatchObject({ code: 'INVALID_EVENT' });
    expect(producer.sent).toEqual([]);
  });
});
