import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { orderRecord, pass, settle } from '../consumer/consumer.test-support.ts';
import { runningBatchConsumer } from '../consumer/consumer-batch.test-support.ts';
import type { Outcome } from '../ports/outcome.ts';
import { headerText, type KafkaRecord } from '../ports/record.ts';
import { onceEach } from './once-each.ts';
import type { OnceOptions } from './once-options.ts';
import { TestStore } from './once.test-support.ts';
import { ServiceError } from '../errors/service-error.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A consumer of batches of three, whose events are called once, by what `store` knows. */
async function consumerOnce(store: TestStore, options: OnceOptions = {}) {
  const outcomes: Record<string, Outcome> = {};
  const parts = await runningBatchConsumer({
    around: (handler) => onceEach(store, handler, options),
    ended: ({ headers }: KafkaRecord, outcome) => void (outcomes[headerText(headers, 'ce_id') ?? ''] = outcome),
  });
  const letters = () => parts.producer.sent.map(({ headers }) => [headers.ce_id, headers.millrace_dlq_code]);
  return { ...parts, outcomes, letters };
}

const three = ['ann', 'bob', 'cleo'].map((customer) => orderRecord(customer, 1));
const rejected = () => new ServiceError('API_REJECTED', 'answered 422', { status: 422, notActedOn: true });
const timeout = () => new ServiceError('API_TIMEOUT', 'was not answered in time');

describe('a batch', () => {
  it('is called with the events that are not done yet, and those are skipped', async () => {
    const store = new TestStore();
    await store.complete(['invoice:bob-1'], 90_000);
    const { api, source, outcomes } = await consumerOnce(store);
    source.append(0, ...three);
    await settle();
    expect(api.ids).toEqual([['ann-1', 'cleo-1']]);
    api.last.done();
    await settle();
    expect(outcomes).toEqual({ 'ann-1': 'completed', 'bob-1': 'skipped', 'cleo-1': 'completed' });
    expect(store.completed.slice(1)).toEqual(['invoice:ann-1', 'invoice:cleo-1']);
  });

  it('is not called where all of it is done', async () => {
    const store = new TestStore();
    await store.complete(['invoice:ann-1', 'invoice:bob-1', 'invoice:cleo-1'], 90_000);
    const { api, source, outcomes } = await consumerOnce(store);
    source.append(0, ...three);
    await settle();
    expect([api.ids, Object.values(outcomes)]).toEqual([[], ['skipped', 'skipped', 'skipped']]);
  });

  it('has another key where it is called with fewer events', async () => {
    const store = new TestStore();
    const { api, source } = await consumerOnce(store);
    source.append(0, ...three);
    await settle();
    api.last.fail(new ServiceError('API_UNREACHABLE', 'no connection', { notSent: true }));
    await store.complete(['invoice:bob-1'], 90_000);
    await pass(1_000);
    expect(api.ids).toEqual([
      ['ann-1', 'bob-1', 'cleo-1'],
      ['ann-1', 'cleo-1'],
    ]);
    const [first, second] = api.calls.map(({ context }) => context.idempotencyKey);
    expect(first).not.toBe(second);
  });

  it('with an event that another member is at goes without it, which is skipped when that is done', async () => {
    const store = new TestStore();
    await store.claim([{ key: 'invoice:bob-1', token: 'other', leaseMs: 60_000, ttlMs: 90_000, lapsed: 'tell' }]);
    const { api, source, outcomes } = await consumerOnce(store);
    source.append(0, ...three);
    await settle();
    api.last.done();
    await pass(5_000);
    expect(outcomes).toEqual({ 'ann-1': 'completed', 'cleo-1': 'completed' });
    await store.complete(['invoice:bob-1'], 90_000);
    await pass(60_000);
    expect([api.ids, outcomes['bob-1']]).toEqual([[['ann-1', 'cleo-1']], 'skipped']);
  });

  it('with the same event twice is called with it once', async () => {
    const store = new TestStore();
    const { api, source, outcomes } = await consumerOnce(store);
    source.append(0, orderRecord('ann', 1), { ...orderRecord('ann', 1), key: Buffer.from('another') });
    await pass(50);
    expect(api.ids).toEqual([['ann-1']]);
    api.last.done();
    await pass(5_000);
    expect([api.ids, outcomes]).toEqual([[['ann-1']], { 'ann-1': 'skipped' }]);
  });
});

describe('a batch that fails', () => {
  it('for one of its events is called again in halves, since it was not acted on', async () => {
    const store = new TestStore();
    const { api, source, outcomes, letters } = await consumerOnce(store);
    api.answer = ({ ids, done, fail }) => (ids.includes('bob-1') ? fail(rejected()) : done());
    source.append(0, ...three);
    await pass(5_000);
    expect(letters()).toEqual([['bob-1', 'API_REJECTED']]);
    expect(outcomes).toEqual({ 'ann-1': 'completed', 'bob-1': 'dead-lettered', 'cleo-1': 'completed' });
  });

  it('and may have been acted on is not called again, in halves neither; what was done before stays done', async () => {
    const store = new TestStore();
    await store.complete(['invoice:bob-1'], 900_000);
    const { api, source, outcomes, letters } = await consumerOnce(store);
    api.answer = ({ fail }) => fail(timeout());
    source.append(0, ...three);
    await pass(200_000);
    expect(api.ids).toEqual([['ann-1', 'cleo-1']]);
    expect(letters()).toEqual([
      ['ann-1', 'CALL_UNCERTAIN'],
      ['cleo-1', 'CALL_UNCERTAIN'],
    ]);
    expect(outcomes['bob-1']).toBe('skipped');
  });

  it('and may have been acted on is called again where that is wanted', async () => {
    const store = new TestStore();
    const { api, source, outcomes } = await consumerOnce(store, { uncertain: 'call-again' });
    let failures = 0;
    api.answer = ({ done, fail }) => (failures++ === 0 ? fail(timeout()) : done());
    source.append(0, ...three);
    await pass(5_000);
    expect(api.ids.flat().toSorted()).toEqual(['ann-1', 'ann-1', 'bob-1', 'bob-1', 'cleo-1', 'cleo-1']);
    expect(Object.values(outcomes)).toEqual(['completed', 'completed', 'completed']);
  });

  it('event by event: what was done is completed, what was not may be called again, what nobody knows is not', async () => {
    const store = new TestStore();
    const { api, source, outcomes, letters } = await consumerOnce(store);
    const busy = new ServiceError('API_UNAVAILABLE', 'answered 429', { status: 429, notActedOn: true });
    const broken = new ServiceError('API_UNAVAILABLE', 'answered 500', { status: 500 });
    api.answer = ({ ids, done }) => done(ids.length === 3 ? [undefined, busy, broken] : undefined);
    source.append(0, ...three);
    await pass(200_000);
    expect(api.ids).toEqual([['ann-1', 'bob-1', 'cleo-1'], ['bob-1']]);
    expect(letters()).toEqual([['cleo-1', 'CALL_UNCERTAIN']]);
    expect(outcomes).toEqual({ 'ann-1': 'completed', 'bob-1': 'completed', 'cleo-1': 'dead-lettered' });
  });

  it('with results that cannot be told apart is not called again: nobody knows what was done', async () => {
    const store = new TestStore();
    const { api, source, letters } = await consumerOnce(store);
    api.answer = ({ done }) => done([undefined]);
    source.append(0, ...three);
    await pass(200_000);
    expect(api.ids).toHaveLength(1);
    expect(letters().map(([, code]) => code)).toEqual(['CALL_UNCERTAIN', 'CALL_UNCERTAIN', 'CALL_UNCERTAIN']);
  });
});

it('what was called while the store was away is not called again, and completed when it is back', async () => {
  const store = new TestStore();
  const { api, source, outcomes } = await consumerOnce(store);
  source.append(0, ...three);
  await settle();
  store.at = () => Promise.reject(new ServiceError('DATABASE_UNAVAILABLE', 'connection refused'));
  api.last.done([undefined, undefined, rejected()]);
  await pass(60_000);
  store.at = () => Promise.resolve();
  await pass(60_000);
  expect(api.ids).toEqual([['ann-1', 'bob-1', 'cleo-1']]);
  expect(store.completed).toEqual(['invoice:ann-1', 'invoice:bob-1']);
  expect(outcomes).toEqual({ 'ann-1': 'completed', 'bob-1': 'completed', 'cleo-1': 'dead-lettered' });
});

it('a batch whose partition is lost while it is claimed is not called, and its claims go', async () => {
  const store = new TestStore();
  const claimed = Promise.withResolvers<void>();
  store.at = (method, when) => (method === 'claim' && when === 'after' ? claimed.promise : Promise.resolve());
  const { api, source, leases } = await consumerOnce(store);
  source.append(0, ...three);
  await settle();
  leases[0].end();
  claimed.resolve();
  await settle();
  expect([api.ids, store.released.length]).toEqual([[], 3]);
});
