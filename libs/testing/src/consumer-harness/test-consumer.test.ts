import type { HttpTarget } from '@millrace/http-client';
import { type ConsumerOptions, defineEvent, type HandlerContext, on } from '@millrace/messaging';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { ReceivedCall } from './test-answer.ts';
import { testConsumer, testConsumerOn } from './test-consumer.ts';

const hourMs = 3_600_000;

const order = z.object({ customer: z.string(), number: z.number() });
const event = (type: string, topic = 'orders') =>
  defineEvent({
    type,
    version: 1,
    description: 'A test.',
    topic,
    schema: order,
    key: ({ customer }) => customer,
    examples: [{ customer: 'ann', number: 1 }],
  });
const placed = event('OrderPlaced');
const cancelled = event('OrderCancelled');
const shipped = event('OrderShipped');
const invoicePaid = event('InvoicePaid', 'invoices');

type Order = z.infer<typeof order>;
const ann = (number: number): Order => ({ customer: 'ann', number });
const bob = (number: number): Order => ({ customer: 'bob', number });

/** Hears placed and cancelled orders, and posts each to `/orders?dry=1`. */
const billing = (api: HttpTarget): ConsumerOptions => {
  const post = async ({ type, data }: { type: string; data: Order }, context: HandlerContext) => {
    await api.post('/orders?dry=1', { type, ...data }, context);
  };
  return {
    group: 'billing',
    startAt: 'earliest',
    targets: [api],
    subscriptions: [on(placed, post, { name: 'invoice' }), on(cancelled, post, { name: 'credit' })],
  };
};

/** A consumer of placed orders with this handler. */
const consumerOf =
  (handler: (api: HttpTarget, context: HandlerContext) => Promise<void>) =>
  (api: HttpTarget): ConsumerOptions => ({
    ...billing(api),
    subscriptions: [on(placed, (_, context) => handler(api, context), { name: 'invoice' })],
  });

afterEach(() => vi.useRealTimers());

describe('what a test sees', () => {
  it('is the outcome, and every call as the API got it', async () => {
    const { outcome, calls, event, deadLetter, failures } = await testConsumer(billing).hear(placed, ann(1));
    expect({ outcome, deadLetter, failures }).toEqual({ outcome: 'completed', deadLetter: undefined, failures: [] });
    expect(calls).toEqual([
      {
        api: 'api',
        method: 'POST',
        path: '/orders?dry=1',
        json: { type: 'OrderPlaced', customer: 'ann', number: 1 },
        headers: expect.objectContaining({ 'content-type': 'application/json' }) as unknown,
        idempotencyKey: `invoice:${event.id}`,
        order: { key: 'ann', sequence: 0 },
        attempt: 1,
        afterMs: 0,
        answered: 200,
      },
    ]);
  });

  it('is the event with what the test says of it', async () => {
    const options = { id: 'e1', source: '/shop', time: new Date('2026-11-21T12:00:00Z') };
    const { event } = await testConsumer(billing).hear(placed, ann(1), options);
    expect(event).toMatchObject({ id: 'e1', source: '/shop', time: '2026-11-21T12:00:00.000Z', data: ann(1) });
  });

  it('is an idempotency key and an order that are missing, when the handler keeps its context to itself', async () => {
    const careless = consumerOf(async (api, { signal }) => void (await api.post('/orders', {}, { signal })));
    const { calls } = await testConsumer(careless, { answers: [503, 200] }).hear(placed, ann(1));
    expect(calls.map(({ idempotencyKey, order, attempt }) => ({ idempotencyKey, order, attempt }))).toEqual([
      { idempotencyKey: undefined, order: undefined, attempt: 1 },
      { idempotencyKey: undefined, order: undefined, attempt: 2 },
    ]);
  });

  it('is what the handler threw', async () => {
    const bug = new TypeError('x is undefined');
    const broken = consumerOf(() => Promise.reject(bug));
    const { outcome, failures, deadLetter } = await testConsumer(broken).hear(placed, ann(1));
    expect(outcome).toBe('dead-lettered');
    expect(failures[0]).toBe(bug);
    expect(failures).toHaveLength(deadLetter?.attempts ?? 0);
  });

  it('is the answer that the API gave, headers and body', async () => {
    const answers: unknown[] = [];
    const reader = consumerOf(async (api, context) => {
      const { status, headers, body } = await api.send({ method: 'GET', path: '/orders/1', ...context });
      answers.push({ status, tag: headers['etag'], body });
    });
    await testConsumer(reader, { answers: [{ status: 404, headers: { etag: 'x' }, json: { no: 1 } }] }).hear(
      placed,
      ann(1),
    );
    expect(answers).toEqual([{ status: 404, tag: 'x', body: { no: 1 } }]);
  });
});

describe('an API that fails', () => {
  it('is called again until it accepts, with the same key, after the waits of the retry policy', async () => {
    const test = testConsumer(billing, { answers: [503, 'refused', 429, 202] });
    const { outcome, calls, tookMs } = await test.hear(placed, ann(1), { id: 'e1' });
    expect(outcome).toBe('completed');
    expect(calls.map(({ attempt, answered, afterMs }) => [attempt, answered, afterMs])).toEqual([
      [1, 503, 0],
      [2, 'refused', 200],
      [3, 429, 600],
      [4, 202, 1_400],
    ]);
    expect(new Set(calls.map(({ idempotencyKey }) => idempotencyKey))).toEqual(new Set(['invoice:e1']));
    expect(tookMs).toBe(1_400);
  });

  it('goes on to fail with its last answer, until the event is given up on after an hour', async () => {
    const { outcome, calls, deadLetter, tookMs } = await testConsumer(billing, { answers: [500, 503] }).hear(
      placed,
      ann(1),
    );
    expect(outcome).toBe('dead-lettered');
    expect(deadLetter).toEqual({
      topic: 'orders.billing.dlq',
      code: 'API_UNAVAILABLE',
      message: 'POST /orders answered 503',
      status: 503,
      attempts: calls.length,
    });
    expect(calls.length).toBeGreaterThan(100);
    expect(tookMs).toBeGreaterThanOrEqual(hourMs);
    expect(calls.at(-2)?.afterMs).toBeLessThan(hourMs);
  });

  it("is called for as long as the consumer's own retry policy says", async () => {
    const impatient = (api: HttpTarget) => ({ ...billing(api), retry: { maxElapsedMs: 500 } });
    const { calls } = await testConsumer(impatient, { answers: [503] }).hear(placed, ann(1));
    expect(calls.map(({ afterMs }) => afterMs)).toEqual([0, 200, 600]);
  });

  it.each([
    ['in seconds', () => '90', 90_000],
    ['as a date', () => new Date(Math.ceil(Date.now() / 1000) * 1000 + 90_000).toUTCString(), 90_000],
  ])('gets the time that it asks for %s', async (_, retryAfter, waitMs) => {
    const answers = [{ status: 429, headers: { 'retry-after': retryAfter() } }, 200] as const;
    const { calls } = await testConsumer(billing, { answers }).hear(placed, ann(1));
    expect(calls[1]?.afterMs).toBeGreaterThanOrEqual(waitMs);
    expect(calls[1]?.afterMs).toBeLessThan(waitMs + 2_000);
  });

  it('is called once when it rejects, and the dead letter says why', async () => {
    const { outcome, calls, deadLetter, tookMs } = await testConsumer(billing, { answers: [422] }).hear(placed, ann(1));
    expect(outcome).toBe('dead-lettered');
    expect(calls).toHaveLength(1);
    expect(deadLetter).toMatchObject({ code: 'API_REJECTED', status: 422, attempts: 1 });
    expect(tookMs).toBe(0);
  });

  it('is waited for as long as the target allows, when it hangs', async () => {
    const options = { answers: ['hangs', 200], timeoutMs: 3_000 } as const;
    const { outcome, calls, failures } = await testConsumer(billing, options).hear(placed, ann(1));
    expect(outcome).toBe('completed');
    expect(calls.map(({ answered, afterMs }) => [answered, afterMs])).toEqual([
      ['hangs', 0],
      [200, 3_200],
    ]);
    expect(failures).toEqual([expect.objectContaining({ code: 'API_TIMEOUT' })]);
  });

  it('may be slow: too slow for the target, or just not', async () => {
    const answers = [
      { status: 200, afterMs: 5_001 },
      { status: 200, afterMs: 4_999 },
    ] as const;
    const { tookMs, calls } = await testConsumer(billing, { answers }).hear(placed, ann(1));
    expect(calls).toHaveLength(2);
    expect(tookMs).toBe(5_000 + 200 + 4_999);
  });

  it('may answer each call as the test sees fit', async () => {
    const test = testConsumer(billing, {
      answers: ({ order, attempt }) => (order?.key === 'ann' && attempt < 3 ? 503 : 200),
    });
    const heard = await test.hearAll([placed, ann(1)], [placed, bob(1)]);
    expect(heard.map(({ calls }) => calls.length)).toEqual([3, 1]);
  });

  it('gets no call that HTTP cannot carry', async () => {
    const careless = consumerOf(async (api, context) => void (await api.post('/orders/for ann', {}, context)));
    const { outcome, calls, deadLetter } = await testConsumer(careless).hear(placed, ann(1));
    expect({ outcome, calls }).toEqual({ outcome: 'dead-lettered', calls: [] });
    expect(deadLetter).toMatchObject({ code: 'API_REJECTED', attempts: 1 });
  });
});

describe('several events', () => {
  it('of one key are handled in order, retries included, and those of others side by side', async () => {
    const down = new Set(['OrderPlaced ann 1', 'OrderPlaced ann 2']);
    const answers = ({ json, attempt }: ReceivedCall) => (down.has(`${name(json)} ${attempt}`) ? 503 : 200);
    const name = (json: unknown) => `${(json as { type: string }).type} ${(json as Order).customer}`;
    const test = testConsumer(billing, { answers });
    await test.hearAll([placed, ann(1)], [cancelled, ann(1)], [placed, bob(2)]);
    expect(test.calls.map(({ json, attempt, afterMs }) => [name(json), attempt, afterMs])).toEqual([
      ['OrderPlaced ann', 1, 0],
      ['OrderPlaced bob', 1, 0],
      ['OrderPlaced ann', 2, 200],
      ['OrderPlaced ann', 3, 600],
      ['OrderCancelled ann', 1, 600],
    ]);
  });

  it('are told apart: each has its own calls and its own dead letter', async () => {
    const [first, second] = await testConsumer(billing, { answers: [422, 200] }).hearAll(
      [placed, ann(1)],
      [placed, bob(2)],
    );
    expect([first.outcome, first.calls.length, first.deadLetter?.status]).toEqual(['dead-lettered', 1, 422]);
    expect([second.outcome, second.calls.length, second.deadLetter]).toEqual(['completed', 1, undefined]);
  });

  it('have one effect per idempotency key, however often they are delivered', async () => {
    const test = testConsumer(billing, { answers: [503, 200] });
    for (const id of ['e1', 'e1', 'e2']) await test.hear(placed, ann(1), { id });
    expect(test.calls).toHaveLength(4);
    expect(test.effects.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['invoice:e1', 'invoice:e2']);
  });

  it('come one after the other, where a test does not wait in between', async () => {
    const test = testConsumer(billing, { answers: [503, 200] });
    await Promise.all([test.hear(placed, ann(1)), test.hear(placed, bob(2))]);
    expect(test.calls.map(({ order, afterMs }) => [order, afterMs])).toEqual([
      [{ key: 'ann', sequence: 0 }, 0],
      [{ key: 'ann', sequence: 0 }, 200],
      [{ key: 'bob', sequence: 1 }, 0],
    ]);
  });
});

describe('an event that leads to no call', () => {
  it('is skipped, when nobody subscribed to its type', async () => {
    const { outcome, calls } = await testConsumer(billing).hear(shipped, ann(1));
    expect({ outcome, calls }).toEqual({ outcome: 'skipped', calls: [] });
  });

  it('is dead-lettered, when its data is not what the contract says', async () => {
    const { outcome, calls, deadLetter } = await testConsumer(billing).hearInvalid(placed, { customer: 'ann' });
    expect({ outcome, calls }).toEqual({ outcome: 'dead-lettered', calls: [] });
    expect(deadLetter).toMatchObject({ code: 'INVALID_EVENT', attempts: 0 });
    expect(deadLetter?.message).toContain('wrong fields: number');
  });

  it('cannot be heard at all, when the consumer does not read its topic', async () => {
    await expect(testConsumer(billing).hear(invoicePaid, ann(1))).rejects.toThrow(
      'InvoicePaid is on invoices, and group billing hears orders only',
    );
  });
});

describe('a consumer of two APIs', () => {
  const both = (crm: HttpTarget, ledger: HttpTarget): ConsumerOptions => ({
    ...billing(crm),
    targets: [crm, ledger],
    subscriptions: [
      on(
        placed,
        async (_, context) => {
          await crm.post('/contacts', {}, context);
          await ledger.post('/entries', {}, context);
        },
        { name: 'both' },
      ),
      on(invoicePaid, async (_, context) => void (await ledger.post('/paid', {}, context)), { name: 'paid' }),
    ],
  });

  it('is tested with an answer list for each', async () => {
    const test = testConsumerOn(({ crm, ledger }) => both(crm, ledger), { crm: {}, ledger: { answers: [503, 200] } });
    const { outcome, calls } = await test.hear(placed, ann(1));
    expect(outcome).toBe('completed');
    expect(calls.map(({ api, path, attempt, answered }) => [api, path, attempt, answered])).toEqual([
      ['crm', '/contacts', 1, 200],
      ['ledger', '/entries', 1, 503],
      ['crm', '/contacts', 2, 200],
      ['ledger', '/entries', 2, 200],
    ]);
    expect(test.effects).toHaveLength(2);
  });

  it('may hear several topics', async () => {
    const test = testConsumerOn(({ crm, ledger }) => both(crm, ledger), { crm: {}, ledger: {} });
    const heard = await test.hearAll([invoicePaid, ann(1)], [placed, ann(1)]);
    expect(heard.map(({ outcome, calls }) => [outcome, calls.length])).toEqual([
      ['completed', 1],
      ['completed', 2],
    ]);
  });
});

describe("the test's time", () => {
  it("stands still while a handler does work of its own, and an API's silence does not end sooner", async () => {
    const busy = consumerOf(async (api, context) => {
      for (let turn = 0; turn < 20; turn++) await turnOfTheLoop();
      await api.post('/orders', {}, context);
    });
    const { tookMs, calls } = await testConsumer(busy, { answers: ['hangs', 200] }).hear(placed, ann(1));
    expect(calls.map(({ afterMs }) => afterMs)).toEqual([0, 5_200]);
    expect(tookMs).toBe(5_200);
  });

  it('passes under fake timers as without, and leaves them alone', async () => {
    vi.useFakeTimers({ now: new Date('2030-01-01T00:00:00Z') });
    const { outcome, event, tookMs } = await testConsumer(billing, { answers: ['hangs', 503, 200] }).hear(
      placed,
      ann(1),
    );
    expect({ outcome, tookMs }).toEqual({ outcome: 'completed', tookMs: 5_600 });
    expect(event.time).toBe('2030-01-01T00:00:00.000Z');
    expect(new Date().toISOString()).toBe('2030-01-01T00:00:00.000Z');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('needs no real timer, so none is left behind', async () => {
    const timers = [vi.spyOn(globalThis, 'setTimeout'), vi.spyOn(globalThis, 'setInterval')];
    await testConsumer(billing, { answers: ['hangs', 'refused', 503] }).hear(placed, ann(1));
    for (const timer of timers) expect(timer).not.toHaveBeenCalled();
  });
});

it('a consumer whose options make no sense is refused as at its start', () => {
  expect(() => testConsumer((api) => ({ ...billing(api), concurrency: 0 }))).toThrow('concurrency must be');
});
