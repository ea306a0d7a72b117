import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { orderRecord, pass, runningConsumer, settle } from './consumer.test-support.ts';
import { ServiceError } from '../errors/service-error.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("a consumer's log", () => {
  it('has one line for each attempt that failed: which record, why, and when the next one is', async () => {
    const { api, source, lines } = await runningConsumer();
    source.append(0, orderRecord('ann', 1));
    await settle();
    api.call('ann-1').fail(new ServiceError('API_UNAVAILABLE', 'POST /invoices answered 503', { status: 503 }));
    await settle();
    expect(lines).toMatchObject([
      {
        level: 'debug',
        msg: 'attempt failed',
        group: 'billing',
        subscription: 'invoice',
        eventId: 'ann-1',
        eventType: 'OrderPlaced',
        topic: 'orders',
        partition: 0,
        offset: 0,
        code: 'API_UNAVAILABLE',
        message: 'POST /invoices answered 503',
        attempt: 1,
        retryInMs: 200,
      },
    ]);
  });

  it('warns of an error that nobody foresaw, with the place where it was thrown', async () => {
    const { api, source, lines } = await runningConsumer();
    source.append(0, orderRecord('ann', 1));
    await settle();
    api.call('ann-1').fail(new TypeError('cannot read ann@example.org'));
    await settle();
    expect(lines).toMatchObject([{ level: 'warn', code: 'UNEXPECTED', err: { type: 'TypeError' } }]);
    expect(JSON.stringify(lines)).toContain('consumer-log.test.ts');
    expect(JSON.stringify(lines)).not.toContain('ann@example.org');
  });

  it('warns once of a record given up on, and each time its dead letter cannot be written', async () => {
    const { api, source, lines, producer } = await runningConsumer();
    producer.beforeWrite = () => Promise.reject(new ServiceError('BROKER_UNAVAILABLE', 'not acknowledged'));
    source.append(0, orderRecord('ann', 1));
    await settle();
    api.call('ann-1').fail(new ServiceError('API_REJECTED', 'POST /invoices answered 422'));
    await pass(200);
    expect(lines).toMatchObject([
      { level: 'warn', code: 'API_REJECTED', attempt: 1, dlq: 'orders.billing.dlq', eventId: 'ann-1', offset: 0 },
      { level: 'warn', code: 'BROKER_UNAVAILABLE', dlq: 'orders.billing.dlq', tries: 1, retryInMs: 200 },
      { level: 'warn', code: 'BROKER_UNAVAILABLE', dlq: 'orders.billing.dlq', tries: 2, retryInMs: 400 },
    ]);
  });

  it('never has the data of an event', async () => {
    const { api, source, lines } = await runningConsumer();
    source.append(0, orderRecord('ann', 1), {
      ...orderRecord('secret-customer', 2),
      value: Buffer.from('secret-value'),
    });
    source.append(0, { ...orderRecord('bob', 3), value: Buffer.from('{"customer":["secret-field"],"number":3}') });
    await settle();
    api.call('ann-1').fail(new ServiceError('API_REJECTED', 'answered 400'));
    await settle();
    expect(lines.length).toBe(3);
    expect(JSON.stringify(lines)).not.toMatch(/secret-value|secret-field/);
  });

  it('is silent where all goes well', async () => {
    const { api, source, lines, consumer } = await runningConsumer();
    api.answer = (call) => call.done();
    source.append(0, orderRecord('ann', 1));
    await pass(250);
    await consumer.stop();
    expect(lines).toEqual([]);
  });

  it("names event and subscription in the lines of the handler's own", async () => {
    const { api, source, lines } = await runningConsumer();
    source.append(0, orderRecord('ann', 1));
    await settle();
    api.call('ann-1').context.log.info('sending the invoice');
    expect(lines).toMatchObject([
      {
        msg: 'sending the invoice',
        group: 'billing',
        subscription: 'invoice',
        eventId: 'ann-1',
        eventType: 'OrderPlaced',
      },
    ]);
  });
});
