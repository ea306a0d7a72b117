import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { orderPlaced, orderRecord, pass, runningConsumer, settle } from './consumer.test-support.ts';
import { headerText } from '../ports/record.ts';
import { ServiceError } from '../errors/service-error.ts';
import { on } from './subscription.ts';

const rejected = new ServiceError('API_REJECTED', 'POST /invoices answered 422', { status: 422 });
const brokerAway = new ServiceError('BROKER_UNAVAILABLE', 'not acknowledged in time');

beforeEach(() => vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => vi.useRealTimers());

describe('a record given up on', () => {
  it('is a rejected call: dead-lettered after one attempt, then committed', async () => {
    const { api, source, producer } = await runningConsumer();
    const record = orderRecord('ann', 1, { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
    source.append(0, record);
    await pass(1_000);
    api.call('ann-1').fail(rejected);
    await pass(250);
    expect(source.commits).toEqual([{ partition: 0, offset: 1 }]);
    const [letter] = producer.sent;
    expect(letter).toMatchObject({ topic: 'orders.billing.dlq', key: record.key, value: record.value });
    expect(letter?.headers).toEqual({
      ...record.headers,
      millrace_dlq_code: 'API_REJECTED',
      millrace_dlq_message: 'POST /invoices answered 422',
      millrace_dlq_status: '422',
      millrace_dlq_attempts: '1',
      millrace_dlq_first_at: '2026-01-01T00:00:00.000Z',
      millrace_dlq_last_at: '2026-01-01T00:00:01.000Z',
      millrace_dlq_topic: 'orders',
      millrace_dlq_partition: '0',
      millrace_dlq_offset: '0',
      millrace_dlq_types: 'OrderPlaced',
    });
  });

  it('is a retryable failure that its maker declared final', async () => {
    const { api, source, producer } = await runningConsumer();
    api.answer = (call) => call.fail(new ServiceError('API_TIMEOUT', 'may have acted', { retryable: false }));
    source.append(0, orderRecord('ann', 1));
    await settle();
    expect(producer.sent.length).toBe(1);
  });

  it.each([
    ['its value is not JSON', { value: Buffer.from([0xc3, 0x28]) }],
    ['its value is missing', { value: null }],
    ['its data are wrong', { value: Buffer.from('{"customer":1,"number":"one"}') }],
    ['its id is missing', { headers: { ...orderRecord('ann', 1).headers, ce_id: undefined } }],
  ])('is one of a subscribed type where %s: no call is made', async (_, change) => {
    const { api, source, producer } = await runningConsumer();
    const record = { ...orderRecord('ann', 1), ...change };
    source.append(0, record, orderRecord('ann', 2));
    await settle();
    expect(api.ids).toEqual(['ann-2']);
    expect(producer.sent).toMatchObject([{ key: record.key, value: record.value }]);
    expect(producer.sent[0]?.headers).toMatchObject({ millrace_dlq_code: 'INVALID_EVENT', millrace_dlq_attempts: '0' });
  });

  it('lets the next event of its key go on', async () => {
    const { api, source } = await runningConsumer();
    source.append(0, orderRecord('ann', 1), orderRecord('ann', 2));
    await settle();
    api.call('ann-1').fail(rejected);
    await settle();
    expect(api.ids).toEqual(['ann-1', 'ann-2']);
  });

  it('takes the error of a handler without its message, which may quote personal data', async () => {
    const { api, source, producer } = await runningConsumer({ retry: { maxElapsedMs: 0 } });
    api.answer = (call) => call.fail(new SyntaxError('"ann@example.org" is not JSON'));
    source.append(0, orderRecord('ann', 1));
    await settle();
    const message = headerText(producer.sent[0]?.headers ?? {}, 'millrace_dlq_message');
    expect(message).toBe('the handler of invoice threw an unforeseen SyntaxError');
  });

  it('is never one whose contract throws instead of judging: that is tried again', async () => {
    let broken = true;
    const schema = orderPlaced.schema.transform((data) => {
      if (broken) throw new TypeError('a bug in the contract');
      return data;
    });
    const handled: string[] = [];
    const handler = ({ id }: { readonly id: string }) => {
      handled.push(id);
      return Promise.resolve();
    };
    const subscriptions = [on({ ...orderPlaced, schema }, handler, { name: 'invoice' })];
    const { source, producer, lines } = await runningConsumer({ subscriptions });
    source.append(0, orderRecord('ann', 1));
    await pass(200 + 400);
    expect(lines.map(({ retryInMs }) => retryInMs)).toEqual([200, 400, 800]);
    broken = false;
    await pass(10_000);
    expect(handled).toEqual(['ann-1']);
    expect(producer.sent).toEqual([]);
  });
});

describe('a dead letter', () => {
  it('is durable before the record counts as done', async () => {
    const { api, source, producer } = await runningConsumer();
    const written = Promise.withResolvers<void>();
    producer.beforeWrite = () => written.promise;
    source.append(0, orderRecord('ann', 1), orderRecord('ann', 2));
    await settle();
    api.call('ann-1').fail(rejected);
    await pass(10_000);
    expect(source.commits).toEqual([]);
    expect(api.ids).toEqual(['ann-1']);
    written.resolve();
    await pass(250);
    expect(source.commits).toEqual([{ partition: 0, offset: 1 }]);
    expect(api.ids).toEqual(['ann-1', 'ann-2']);
  });

  it('that cannot be written is tried again for ever, and the call is not repeated', async () => {
    const { api, source, producer } = await runningConsumer({ retry: { maxElapsedMs: 1_000 } });
    let tries = 0;
    producer.beforeWrite = () => {
      tries++;
      return Promise.reject(brokerAway);
    };
    source.append(0, orderRecord('ann', 1));
    await settle();
    api.call('ann-1').fail(rejected);
    await pass(3_600_000);
    expect(tries).toBeGreaterThan(100);
    expect(source.commits).toEqual([]);
    producer.beforeWrite = () => Promise.resolve();
    await pass(30_250);
    expect(api.ids).toEqual(['ann-1']);
    expect(producer.sent.length).toBe(1);
    expect(source.commits).toEqual([{ partition: 0, offset: 1 }]);
  });

  it('that waits for its next try holds no slot', async () => {
    const { api, source, producer } = await runningConsumer({ concurrency: 1 });
    producer.beforeWrite = () => Promise.reject(brokerAway);
    source.append(0, orderRecord('ann', 1), orderRecord('bob', 1));
    await settle();
    api.call('ann-1').fail(rejected);
    await settle();
    expect(api.ids).toEqual(['ann-1', 'bob-1']);
  });
});
