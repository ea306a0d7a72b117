import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type BatchingUnderTestOptions, FakeBatchApi, runningBatchConsumer } from './consumer-batch.test-support.ts';
import { orderPlaced, orderRecord, pass, settle } from './consumer.test-support.ts';
import { consumerSettings } from './consumer-options.ts';
import { headerText } from '../ports/record.ts';
import { ServiceError } from '../errors/service-error.ts';
import { onBatch } from './subscription.ts';

const rejected = new ServiceError('API_REJECTED', 'POST /batch answered 422', { status: 422 });
const unavailable = new ServiceError('API_UNAVAILABLE', 'POST /batch answered 503', { status: 503 });
const broken = new ServiceError('API_UNAVAILABLE', 'POST /batch answered 500', { status: 500 });

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A running consumer with one order each of these customers, in partition 0. */
async function withOrdersOf(customers: readonly string[], options: BatchingUnderTestOptions = {}) {
  const parts = await runningBatchConsumer(options);
  for (const customer of customers) parts.source.append(0, orderRecord(customer, 1));
  await settle();
  const letters = () => parts.producer.sent.map(({ headers }) => headerText(headers, 'ce_id'));
  const committed = (partition = 0) => parts.source.partition(partition).committed?.offset;
  return { ...parts, letters, committed };
}

describe('events taken in batches', () => {
  it('are one call for many, when there are as many as it may have', async () => {
    const { api, committed } = await withOrdersOf(['ann', 'bob', 'cid', 'dan']);
    expect(api.ids).toEqual([['ann-1', 'bob-1', 'cid-1']]);
    api.last.done();
    await pass(50);
    expect(api.ids).toEqual([['ann-1', 'bob-1', 'cid-1'], ['dan-1']]);
    api.last.done();
    await pass(250);
    expect(committed()).toBe(4);
  });

  it('each have what a call of their own would be told', async () => {
    const { api } = await withOrdersOf(['ann', 'bob', 'cid']);
    expect(api.last.items[1]).toMatchObject({
      event: { id: 'bob-1', data: { customer: 'bob', number: 1 } },
      idempotencyKey: 'invoice:bob-1',
      order: { key: 'bob', sequence: 1 },
      attempt: 1,
    });
  });

  it('come from all partitions', async () => {
    const { api, source } = await withOrdersOf(['ann']);
    source.append(1, orderRecord('bob', 1));
    await pass(50);
    expect(api.ids).toEqual([['ann-1', 'bob-1']]);
  });

  it('of one key are never in one batch, and stay in order', async () => {
    const { api, source } = await withOrdersOf([]);
    for (const number of [0, 1]) for (const customer of ['ann', 'bob']) source.append(0, orderRecord(customer, number));
    await pass(50);
    expect(api.ids).toEqual([['ann-0', 'bob-0']]);
    api.last.done([unavailable, undefined]);
    await pass(50);
    expect(api.ids.slice(1)).toEqual([['bob-1']]);
    api.last.done();
    await pass(200);
    expect(api.ids.slice(2)).toEqual([['ann-0']]);
    api.last.done();
    await pass(50);
    expect(api.ids.slice(3)).toEqual([['ann-1']]);
  });

  it('that are no events, or too old, are in no call', async () => {
    const { api, source, letters, committed } = await withOrdersOf([], { maxAgeMs: 60_000 });
    source.append(0, { ...orderRecord('ann', 1), value: Buffer.from('no JSON') });
    source.append(0, orderRecord('bob', 1, { ce_time: new Date(Date.now() - 60_001).toISOString() }));
    source.append(0, orderRecord('cid', 1));
    await settle();
    expect(api.ids).toEqual([['cid-1']]);
    api.last.done();
    await pass(251);
    expect(letters()).toEqual(['ann-1']);
    expect(committed()).toBe(3);
  });

  it('that are all no events make no call', async () => {
    const { api, source, letters } = await withOrdersOf([]);
    source.append(0, { ...orderRecord('ann', 1), value: null });
    await pass(51);
    expect(api.calls).toEqual([]);
    expect(letters()).toEqual(['ann-1']);
  });
});

describe('a batch of which a part fails', () => {
  it('is called again for that part alone, and dead-letters what is rejected alone', async () => {
    const { api, letters, committed } = await withOrdersOf(['ann', 'bob', 'cid']);
    api.last.done([rejected, undefined, unavailable]);
    await pass(1);
    expect(letters()).toEqual(['ann-1']);
    await pass(249);
    expect(api.ids.slice(1)).toEqual([['cid-1']]);
    expect(api.last.items[0]?.attempt).toBe(2);
    api.last.done();
    await pass(250);
    expect(letters()).toEqual(['ann-1']);
    expect(committed()).toBe(3);
  });

  it.each([
    ['too few', [undefined]],
    ['what is no result', [undefined, undefined, 'no' as never]],
  ])('and says %s, has said nothing of any', async (_, results) => {
    const { api, letters } = await withOrdersOf(['ann', 'bob', 'cid']);
    api.answer = (call) => call.done();
    api.last.done(results);
    await pass(500);
    expect(api.ids.slice(1).flat().toSorted()).toEqual(['ann-1', 'bob-1', 'cid-1']);
    expect(letters()).toEqual([]);
  });
});

describe('a batch that fails as a whole', () => {
  it('is called again as it was where the API is away, with the same key', async () => {
    const { api } = await withOrdersOf(['ann', 'bob', 'cid']);
    api.last.fail(unavailable);
    await pass(200);
    expect(api.ids).toEqual([
      ['ann-1', 'bob-1', 'cid-1'],
      ['ann-1', 'bob-1', 'cid-1'],
    ]);
    const [first, second] = api.calls.map(({ context }) => context);
    expect(second?.idempotencyKey).toBe(first?.idempotencyKey);
    expect([first?.attempt, second?.attempt]).toEqual([1, 2]);
  });

  it('has another key once the API has spoken of its events: a kept answer would be that for ever', async () => {
    const { api } = await withOrdersOf(['ann', 'bob', 'cid']);
    api.last.done([unavailable, unavailable, unavailable]);
    await pass(200);
    const [first, second] = api.calls;
    expect(second?.ids).toEqual(first?.ids);
    expect(second?.context.idempotencyKey).not.toBe(first?.context.idempotencyKey);
  });

  it('and is rejected is called in halves until the one that is to blame is alone: only that one is given up on', async () => {
    const customers = Array.from({ length: 16 }, (_, index) => `c${index}`);
    const parts = await runningBatchConsumer({ maxSize: 16 });
    const { api, source, producer } = parts;
    api.answer = ({ ids, done, fail }) => (ids.includes('c5-1') ? fail(rejected) : done());
    for (const customer of customers) source.append(0, orderRecord(customer, 1));
    await pass(300);
    expect(producer.sent.map(({ headers }) => headerText(headers, 'ce_id'))).toEqual(['c5-1']);
    expect(headerText(producer.sent[0]!.headers, 'millrace_dlq_attempts')).toBe('5');
    expect(api.ids.map(({ length }) => length)).toEqual([16, 8, 8, 4, 4, 2, 2, 1, 1]);
    expect(new Set(api.calls.map(({ context }) => context.about))).toEqual(
      new Set([api.calls[0]?.context.idempotencyKey]),
    );
    expect(source.partition(0).committed?.offset).toBe(16);
  });

  it.each([
    ['an error of the API', broken],
    ['a missed deadline', new ServiceError('API_TIMEOUT', 'not answered')],
    ['a bug', new TypeError('x is undefined')],
  ])('by %s waits, and is called in halves: it may be the doing of one', async (_, failure) => {
    const { api, letters } = await withOrdersOf(['ann', 'bob', 'cid']);
    api.answer = (call) => (call.ids.includes('bob-1') ? call.fail(failure) : call.done());
    api.last.fail(failure);
    await pass(199);
    expect(api.calls).toHaveLength(1);
    await pass(1);
    expect(api.ids.slice(1)).toEqual([['ann-1', 'bob-1'], ['cid-1']]);
    await pass(400);
    expect(api.ids.slice(3)).toEqual([['ann-1'], ['bob-1']]);
    expect(letters()).toEqual([]);
  });

  it('and may not be repeated, since the API may have acted on it, is given up on as it is', async () => {
    const { api, letters } = await withOrdersOf(['ann', 'bob', 'cid']);
    api.last.fail(new ServiceError('API_TIMEOUT', 'not answered, and not idempotent', { retryable: false }));
    await pass(500);
    expect(api.calls).toHaveLength(1);
    expect(letters()).toEqual(['ann-1', 'bob-1', 'cid-1']);
  });

  it('through the fault of the target is called again as it was, however often', async () => {
    const { api, letters } = await withOrdersOf(['ann', 'bob', 'cid'], { retry: { maxAttempts: 2 } });
    const refused = new ServiceError('API_REFUSED', 'POST /batch answered 401', { status: 401, targetAtFault: true });
    api.answer = (call) => (api.calls.length < 5 ? call.fail(refused) : call.done());
    api.last.fail(refused);
    await pass(10_000);
    expect(api.ids.map(({ length }) => length)).toEqual([3, 3, 3, 3, 3]);
    expect(letters()).toEqual([]);
  });

  it('since the handler itself has aborted its call waits as for any other failure', async () => {
    const { api } = await withOrdersOf(['ann', 'bob', 'cid']);
    api.last.fail(new ServiceError('CALL_ABORTED', 'the target is stopped'));
    await pass(199);
    expect(api.calls).toHaveLength(1);
    await pass(1);
    expect(api.ids).toHaveLength(2);
  });

  it('since its deadline has passed waits as well, and is called in halves', async () => {
    const { api } = await withOrdersOf(['ann', 'bob', 'cid'], { callTimeoutMs: 1_000 });
    const { context, fail } = api.last;
    context.signal.addEventListener('abort', () => fail(context.signal.reason));
    await pass(1_200);
    expect(api.ids.slice(1)).toEqual([['ann-1', 'bob-1'], ['cid-1']]);
  });

  it('for too long is given up on one by one, each after it has failed alone', async () => {
    const { api, letters } = await withOrdersOf(['ann', 'bob', 'cid'], { retry: { maxElapsedMs: 0 } });
    api.answer = (call) => (call.ids.length > 1 || call.ids[0] === 'bob-1' ? call.fail(unavailable) : call.done());
    api.last.fail(unavailable);
    await pass(500);
    expect(letters()).toEqual(['bob-1']);
  });
});

describe('a batch and the partitions it is of', () => {
  it('goes without what was lost while it was collected', async () => {
    const { api, source } = await withOrdersOf(['ann']);
    source.append(1, orderRecord('bob', 1));
    source.revoke(0);
    await pass(50);
    expect(api.ids).toEqual([['bob-1']]);
  });

  it('is cut off where one is lost; what is of the others is called again at once, and ends', async () => {
    const { api, source, committed } = await withOrdersOf(['ann']);
    source.append(1, orderRecord('bob', 1));
    await pass(50);
    const { context, fail } = api.last;
    context.signal.addEventListener('abort', () => fail(context.signal.reason));
    source.revoke(0);
    await pass(51);
    expect(api.ids).toEqual([['ann-1', 'bob-1'], ['bob-1']]);
    api.last.done();
    await pass(250);
    expect([committed(0), committed(1)]).toEqual([0, 1]);
  });

  it('counts for those that are still ours where it was done nevertheless', async () => {
    const { api, source, committed } = await withOrdersOf(['ann']);
    source.append(1, orderRecord('bob', 1));
    await pass(50);
    source.revoke(0);
    api.last.done();
    await pass(250);
    expect(api.calls).toHaveLength(1);
    expect([committed(0), committed(1)]).toEqual([0, 1]);
  });

  it('is finished before one of them goes to another member', async () => {
    const { api, source, leases, committed } = await withOrdersOf(['ann', 'bob', 'cid']);
    source.append(0, orderRecord('dan', 1));
    leases[0].giveUp(10_000);
    await pass(100);
    expect(leases[0].released).toBe(false);
    api.last.done();
    await pass(100);
    expect(leases[0].released).toBe(true);
    expect(api.calls).toHaveLength(1);
    expect(committed()).toBe(3);
  });
});

describe('a consumer of batches that stops', () => {
  it('finishes those that are sent, and leaves those that are not to the next owner', async () => {
    const { consumer, api, source, committed } = await withOrdersOf(['ann', 'bob', 'cid']);
    source.append(1, orderRecord('dan', 1));
    const stopped = consumer.stop();
    await pass(100);
    api.last.done();
    await pass(100);
    await stopped;
    expect(api.calls).toHaveLength(1);
    expect([committed(0), committed(1)]).toEqual([3, 0]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

it.each([
  ['maxSize', 0],
  ['maxSize', 1.5],
  ['maxDelayMs', -1],
  ['maxDelayMs', Number.NaN],
])('a %s of %d is refused by its name', (field, value) => {
  const limits = { name: 'invoice', maxSize: 10, maxDelayMs: 10, [field]: value };
  const subscriptions = [onBatch(orderPlaced, new FakeBatchApi().handler, limits)];
  const options = { group: 'billing', startAt: 'earliest', targets: [], subscriptions } as const;
  expect(() => consumerSettings(options)).toThrow(`${field} of invoice must be`);
});

it('as much may be held as ten batches', () => {
  const subscriptions = [onBatch(orderPlaced, new FakeBatchApi().handler, { name: 'x', maxSize: 500, maxDelayMs: 10 })];
  const { held } = consumerSettings({ group: 'billing', startAt: 'earliest', targets: [], subscriptions });
  expect(held.records).toBe(5_000);
});
