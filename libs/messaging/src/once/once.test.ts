import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeApi, orderPlaced, orderRecord, pass, runningConsumer, settle } from '../consumer/consumer.test-support.ts';
import { all } from '../consumer/steps.ts';
import { on, type StepContext } from '../consumer/subscription.ts';
import type { Outcome } from '../ports/outcome.ts';
import { doneBefore } from './done-before.ts';
import { once } from './once.ts';
import type { OnceOptions } from './once-options.ts';
import { TestStore } from './once.test-support.ts';
import { ServiceError } from '../errors/service-error.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A consumer whose calls of `api` are made once, by what `store` knows. */
async function consumerOnce(store: TestStore, options: OnceOptions = {}) {
  const api = new FakeApi();
  const outcomes: Outcome[] = [];
  const parts = await runningConsumer({
    subscriptions: [on(orderPlaced, once(store, api.handler, options), { name: 'invoice' })],
    ended: (_, outcome) => void outcomes.push(outcome),
  });
  const codes = () => parts.producer.sent.map(({ headers }) => headers.millrace_dlq_code);
  return { ...parts, api, outcomes, codes };
}

const timeout = () => new ServiceError('API_TIMEOUT', 'POST /invoices was not answered in time');
const away = () => new ServiceError('DATABASE_UNAVAILABLE', 'connection refused');

describe('an event', () => {
  it('is claimed before its call, and completed after it', async () => {
    const store = new TestStore();
    const { api, source, outcomes } = await consumerOnce(store);
    source.append(0, orderRecord('ann', 1));
    await settle();
    expect(store.statesOf('invoice:ann-1')).toEqual(['fresh']);
    expect([api.ids, store.completed]).toEqual([['ann-1'], []]);
    api.call('ann-1').done();
    await settle();
    expect([store.completed, outcomes]).toEqual([['invoice:ann-1'], ['completed']]);
  });

  it('that was done before is skipped', async () => {
    const store = new TestStore();
    await store.complete(['invoice:ann-1'], 1_000);
    const { api, source, outcomes } = await consumerOnce(store);
    source.append(0, orderRecord('ann', 1), orderRecord('ann', 2));
    await settle();
    expect([outcomes, api.ids]).toEqual([['skipped'], ['ann-2']]);
  });

  it('that is published twice is called once, also where both are at work at the same time', async () => {
    const store = new TestStore();
    const { api, source, outcomes } = await consumerOnce(store);
    source.append(0, orderRecord('ann', 1), { ...orderRecord('ann', 1), key: Buffer.from('another key') });
    await settle();
    expect(store.statesOf('invoice:ann-1')).toEqual(['fresh', 'held']);
    api.call('ann-1').done();
    await pass(5_000);
    expect([api.ids, outcomes]).toEqual([['ann-1'], ['completed', 'skipped']]);
  });

  it('that another member is at waits for it, however long, and no attempt counts', async () => {
    const store = new TestStore();
    await store.claim([{ key: 'invoice:ann-1', token: 'other', leaseMs: 20_000, ttlMs: 90_000, lapsed: 'tell' }]);
    const { api, source, outcomes } = await consumerOnce(store);
    source.append(0, orderRecord('ann', 1));
    await pass(19_000);
    expect([api.ids, outcomes]).toEqual([[], []]);
    await store.complete(['invoice:ann-1'], 90_000);
    await pass(60_000);
    expect([api.ids, outcomes]).toEqual([[], ['skipped']]);
  });

  it('that a process left in the dark becomes a dead letter, or is called again where that is wanted', async () => {
    for (const [uncertain, expected] of [
      ['dead-letter', [[], ['CALL_UNCERTAIN']]],
      ['call-again', [['ann-1'], []]],
    ] as const) {
      const store = new TestStore();
      await store.claim([{ key: 'invoice:ann-1', token: 'dead', leaseMs: 10_000, ttlMs: 90_000, lapsed: 'tell' }]);
      const { api, source, codes } = await consumerOnce(store, { uncertain });
      source.append(0, orderRecord('ann', 1));
      await pass(60_000);
      expect([api.ids, codes()]).toEqual(expected);
    }
  });
});

describe('an event whose id is strange', () => {
  it('is claimed by a key that any store can keep, and by no other one', async () => {
    const store = new TestStore();
    const { api, source } = await consumerOnce(store);
    const ids = ['\0', '\0\0', 'x'.repeat(10_000), 'ключ'];
    for (const id of ids) source.append(0, { ...orderRecord(`of ${id}`, 1, { ce_id: id }), key: Buffer.from(id) });
    await settle();
    expect(api.ids).toEqual(ids);
    expect(new Set(store.claims.map(({ key }) => key)).size).toBe(ids.length);
    for (const { key } of store.claims) expect(key).toMatch(/^sha256:[\w-]{43}$/);
  });
});

describe('a call that fails', () => {
  it('is made again where the API has surely not acted', async () => {
    for (const failure of [
      new ServiceError('API_UNREACHABLE', 'no connection', { notSent: true }),
      new ServiceError('API_UNAVAILABLE', 'answered 429', { status: 429, notActedOn: true }),
    ]) {
      const store = new TestStore();
      const { api, source, outcomes } = await consumerOnce(store);
      source.append(0, orderRecord('ann', 1));
      await settle();
      api.call('ann-1').fail(failure);
      await pass(1_000);
      expect(store.statesOf('invoice:ann-1')).toEqual(['fresh', 'fresh']);
      api.call('ann-1').done();
      await settle();
      expect([api.ids, outcomes]).toEqual([['ann-1', 'ann-1'], ['completed']]);
    }
  });

  it('and may have been acted on is not made again: it becomes a dead letter that says so', async () => {
    for (const failure of [timeout(), new TypeError('x is undefined')]) {
      const store = new TestStore();
      const { api, source, producer, codes } = await consumerOnce(store);
      source.append(0, orderRecord('ann', 1));
      await settle();
      api.call('ann-1').fail(failure);
      await pass(100_000);
      expect([api.ids, codes(), store.released]).toEqual([['ann-1'], ['CALL_UNCERTAIN'], []]);
      const said = producer.sent[0]?.headers.millrace_dlq_message;
      expect(said).toMatch(/; it may have been acted on, and is not repeated$/);
      expect(said).not.toContain('x is undefined');
    }
  });

  it('and may have been acted on is made again where that is wanted', async () => {
    const store = new TestStore();
    const { api, source } = await consumerOnce(store, { uncertain: 'call-again' });
    source.append(0, orderRecord('ann', 1));
    await settle();
    api.call('ann-1').fail(timeout());
    await pass(1_000);
    expect(api.ids).toEqual(['ann-1', 'ann-1']);
  });

  it('and may not be repeated, as its API client says, is not, even then', async () => {
    const store = new TestStore();
    const { api, source, codes } = await consumerOnce(store, { uncertain: 'call-again' });
    source.append(0, orderRecord('ann', 1));
    await settle();
    api.call('ann-1').fail(new ServiceError('API_TIMEOUT', 'may not be repeated', { retryable: false }));
    await pass(100_000);
    expect([api.ids, codes(), store.released]).toEqual([['ann-1'], ['API_TIMEOUT'], []]);
  });

  it('because its partition was lost leaves its claim, so that the next owner does not call, but asks', async () => {
    const store = new TestStore();
    const { api, source, lease } = await consumerOnce(store);
    source.append(0, orderRecord('ann', 1));
    await settle();
    lease.end();
    api.call('ann-1').fail(new ServiceError('CALL_ABORTED', 'was aborted by its caller'));
    await settle();
    const next = await consumerOnce(store);
    next.source.append(0, orderRecord('ann', 1));
    await pass(150_000);
    expect([next.api.ids, next.codes()]).toEqual([[], ['CALL_UNCERTAIN']]);
  });
});

describe('a replay', () => {
  it('is called, whatever became of the event before: an operator has decided so; and that once', async () => {
    const store = new TestStore();
    await store.claim([{ key: 'invoice:ann-1', token: 'dead', leaseMs: 1, ttlMs: 900_000, lapsed: 'tell' }]);
    await pass(1);
    const { api, source, outcomes } = await consumerOnce(store);
    source.append(0, orderRecord('ann', 1, { millrace_dlq_replays: '1' }));
    source.append(0, orderRecord('ann', 1, { millrace_dlq_replays: '1' }));
    await settle();
    api.call('ann-1').done();
    await settle();
    expect([api.ids, outcomes]).toEqual([['ann-1'], ['completed', 'skipped']]);
  });
});

describe('while the store is away', () => {
  it('nothing is called, and nothing is given up on, for as long as it takes', async () => {
    const store = new TestStore();
    store.at = () => Promise.reject(away());
    const { api, source, outcomes, codes } = await consumerOnce(store);
    source.append(0, orderRecord('ann', 1));
    await pass(3 * 3_600_000);
    expect([api.ids, outcomes, codes()]).toEqual([[], [], []]);
    store.at = () => Promise.resolve();
    await pass(60_000);
    expect(api.ids).toEqual(['ann-1']);
  });

  it('a claim that it took and did not say so is ours all the same', async () => {
    const store = new TestStore();
    store.at = (_, when) => (when === 'after' ? Promise.reject(away()) : Promise.resolve());
    const { api, source } = await consumerOnce(store);
    source.append(0, orderRecord('ann', 1));
    await settle();
    store.at = () => Promise.resolve();
    await pass(1_000);
    expect(store.statesOf('invoice:ann-1')).toEqual(['fresh', 'fresh']);
    expect(api.ids).toEqual(['ann-1']);
  });

  it('a call that was made is not made again: the store hears of it when it is back', async () => {
    const store = new TestStore();
    const { api, source, outcomes } = await consumerOnce(store);
    source.append(0, orderRecord('ann', 1));
    await settle();
    store.at = () => Promise.reject(away());
    api.call('ann-1').done();
    await pass(600_000);
    expect([api.ids, outcomes, store.completed]).toEqual([['ann-1'], [], []]);
    store.at = () => Promise.resolve();
    await pass(60_000);
    expect([api.ids, outcomes, store.completed]).toEqual([['ann-1'], ['completed'], ['invoice:ann-1']]);
  });

  it('a call that was surely not acted on is made again when it is back', async () => {
    const store = new TestStore();
    const { api, source } = await consumerOnce(store);
    source.append(0, orderRecord('ann', 1));
    await settle();
    store.at = () => Promise.reject(away());
    api.call('ann-1').fail(new ServiceError('API_UNREACHABLE', 'no connection', { notSent: true }));
    await pass(120_000);
    expect(api.ids).toEqual(['ann-1']);
    store.at = () => Promise.resolve();
    await pass(60_000);
    expect(api.ids).toEqual(['ann-1', 'ann-1']);
  });
});

describe('a call whose partition is lost while it is claimed', () => {
  it('is not begun, and its claim goes', async () => {
    const store = new TestStore();
    const claimed = Promise.withResolvers<void>();
    store.at = (method, when) => (method === 'claim' && when === 'after' ? claimed.promise : Promise.resolve());
    const { api, source, lease } = await consumerOnce(store);
    source.append(0, orderRecord('ann', 1));
    await settle();
    lease.end();
    claimed.resolve();
    await settle();
    expect([api.ids, store.released]).toEqual([[], ['invoice:ann-1']]);
  });
});

describe('steps', () => {
  it('are each made once', async () => {
    const store = new TestStore();
    const results: unknown[] = [];
    const made: string[] = [];
    const work = (name: string) => async (call: StepContext) => {
      made.push(`${name} ${call.idempotencyKey}`);
      return name;
    };
    await store.complete(['invoice:ann-1:mail'], 90_000);
    const subscription = on(
      orderPlaced,
      async (_, { step }) => {
        results.push(...(await all([step('mail', once(store, work('mail'))), step('crm', once(store, work('crm')))])));
      },
      { name: 'invoice' },
    );
    const { source } = await runningConsumer({ subscriptions: [subscription] });
    source.append(0, orderRecord('ann', 1));
    await settle();
    expect(made).toEqual(['crm invoice:ann-1:crm']);
    expect(results).toEqual([doneBefore, 'crm']);
    expect(store.completed).toEqual(['invoice:ann-1:mail', 'invoice:ann-1:crm']);
  });
});

it('wrong options are refused, each by name', () => {
  const wrong = { uncertain: 'ask', leaseMs: 0, ttlMs: 1.5 } as unknown as OnceOptions;
  expect(() => once(new TestStore(), () => Promise.resolve(), wrong)).toThrow(
    'wrong options for once: uncertain must be dead-letter or call-again, not "ask"; ' +
      'leaseMs must be a whole number of at least 1, not 0; ttlMs must be a whole number of at least leaseMs, not 1.5',
  );
});
