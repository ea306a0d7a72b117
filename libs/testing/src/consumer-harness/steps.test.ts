import type { HttpTarget } from '@millrace/http-client';
import { all, allSettled, type ConsumerOptions, defineEvent, type HandlerOf, on } from '@millrace/messaging';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { TestApiOptions } from './engine-run.ts';
import { testConsumerOn } from './test-consumer.ts';

const placed = defineEvent({
  type: 'OrderPlaced',
  version: 1,
  description: 'A test.',
  topic: 'orders',
  schema: z.object({ customer: z.string() }),
  key: ({ customer }) => customer,
  examples: [{ customer: 'ann' }],
});
type Apis = Readonly<Record<'email' | 'crm', HttpTarget>>;

const consumerOf =
  (handler: (apis: Apis) => HandlerOf<typeof placed>) =>
  (apis: Apis): ConsumerOptions => ({
    group: 'billing',
    startAt: 'earliest',
    targets: Object.values(apis),
    subscriptions: [on(placed, handler(apis), { name: 'invoice' })],
  });

/** Tells both APIs at the same time. */
const toBoth = (together: typeof all | typeof allSettled) =>
  consumerOf(
    ({ email, crm }) =>
      ({ data }, { step }) =>
        together([
          step('email', (call) => email.post('/send', data, call)),
          step('crm', (call) => crm.post('/contacts', data, call)),
        ]),
  );

/** What became of one order, and the calls as `api attempt answer`. */
async function hear(
  consumer: (apis: Apis) => ConsumerOptions,
  { email = {}, crm = {} }: { readonly email?: TestApiOptions; readonly crm?: TestApiOptions } = {},
) {
  const test = testConsumerOn(consumer, { email, crm });
  const heard = await test.hear(placed, { customer: 'ann' }, { id: 'e1' });
  const calls = heard.calls.map(({ api, attempt, answered }) => `${api} ${attempt} ${answered}`);
  return { ...heard, calls, all: heard.calls };
}

describe('steps', () => {
  it('run at the same time, each with a key of its own that stays the same', async () => {
    const crm = { answers: [503, 503, 200] } as const;
    const { outcome, all: calls } = await hear(toBoth(all), {
      email: { answers: [{ status: 200, afterMs: 100 }] },
      crm,
    });
    expect(outcome).toBe('completed');
    expect(calls.slice(0, 2).map(({ api, afterMs }) => [api, afterMs])).toEqual([
      ['email', 0],
      ['crm', 0],
    ]);
    const keys = new Set(calls.map(({ api, idempotencyKey }) => `${api} ${idempotencyKey}`));
    expect(keys).toEqual(new Set(['email invoice:e1:email', 'crm invoice:e1:crm']));
  });

  it('that are done are not done again', async () => {
    const { outcome, calls } = await hear(toBoth(all), { crm: { answers: [503, 503, 200] } });
    expect(outcome).toBe('completed');
    expect(calls).toEqual(['email 1 200', 'crm 1 503', 'crm 2 503', 'crm 3 200']);
  });

  it('resolve to what came of them, in whatever attempt that was', async () => {
    const seen: unknown[] = [];
    const consumer = consumerOf(({ email, crm }) => async (_, { step }) => {
      const answer = await step('crm', (call) => crm.post('/contacts', {}, call));
      await step('email', (call) => email.post('/send', {}, call));
      seen.push(answer.body);
    });
    const crm = { answers: [{ status: 200, json: { id: 7 } }] } as const;
    const { calls } = await hear(consumer, { crm, email: { answers: [503, 200] } });
    expect(calls).toEqual(['crm 1 200', 'email 1 503', 'email 2 200']);
    expect(seen).toEqual([{ id: 7 }]);
  });

  it('by `all` are aborted when one fails, and repeated', async () => {
    const email = { answers: ['hangs', 200] } as const;
    const { outcome, calls, tookMs } = await hear(toBoth(all), { email, crm: { answers: [503, 200] } });
    expect(outcome).toBe('completed');
    expect(calls).toEqual(['email 1 hangs', 'crm 1 503', 'email 2 200', 'crm 2 200']);
    expect(tookMs).toBe(200);
  });

  it('by `all` are given up on with the first that is rejected', async () => {
    const { deadLetter, calls } = await hear(toBoth(all), { email: { answers: [503] }, crm: { answers: [422] } });
    expect(deadLetter).toMatchObject({ code: 'API_REJECTED', status: 422, attempts: 1 });
    expect(calls).toHaveLength(2);
  });

  it('by `allSettled` go on when one fails, and what is done is kept', async () => {
    const email = { answers: [{ status: 200, afterMs: 1_000 }] } as const;
    const { outcome, calls, tookMs } = await hear(toBoth(allSettled), { email, crm: { answers: [503, 200] } });
    expect(outcome).toBe('completed');
    expect(calls).toEqual(['email 1 200', 'crm 1 503', 'crm 2 200']);
    expect(tookMs).toBe(1_200);
  });

  it('by `allSettled` are given up on when all others are done; what was rejected is not called again', async () => {
    const answers = { email: { answers: [503, 503, 200] }, crm: { answers: [422] } } as const;
    const { deadLetter, calls } = await hear(toBoth(allSettled), answers);
    expect(calls).toEqual(['email 1 503', 'crm 1 422', 'email 2 503', 'email 3 200']);
    expect(deadLetter).toMatchObject({ code: 'API_REJECTED', status: 422, attempts: 3 });
  });
});

describe('a handler that misuses its steps', () => {
  const retry = { maxElapsedMs: 0 };

  it('hears of two of one name', async () => {
    const twice = consumerOf(({ crm }) => (_, { step }) => {
      const post = () => step('crm', (call) => crm.post('/contacts', {}, call));
      return all([post(), post()]);
    });
    const { deadLetter } = await hear((apis) => ({ ...twice(apis), retry }));
    expect(deadLetter?.message).toBe('the handler of invoice has two steps called crm');
  });

  it('hears of one that it did not wait for, which is cut off', async () => {
    let aborted = false;
    const careless = consumerOf(({ crm }) => async (_, { step }) => {
      void step('crm', (call) => {
        call.signal.addEventListener('abort', () => (aborted = true));
        return crm.post('/contacts', {}, call);
      });
    });
    const { deadLetter } = await hear((apis) => ({ ...careless(apis), retry }), { crm: { answers: ['hangs'] } });
    expect(deadLetter?.message).toContain('the handler of invoice ended before its step crm');
    expect(aborted).toBe(true);
  });

  it('fails as it did where it left others behind, which do not overlap with the next attempt', async () => {
    const hasty = consumerOf(({ email, crm }) => async (_, { step }) => {
      const both = [
        step('email', (call) => email.post('/send', {}, call)),
        step('crm', (call) => crm.post('/contacts', {}, call)),
      ];
      await Promise.all(both);
    });
    const { outcome, calls } = await hear(hasty, { email: { answers: ['hangs', 200] }, crm: { answers: [503, 200] } });
    expect(outcome).toBe('completed');
    expect(calls).toEqual(['email 1 hangs', 'crm 1 503', 'email 2 200', 'crm 2 200']);
  });
});
