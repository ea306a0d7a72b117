import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createConsumer } from './consumer.ts';
import { FakeApi, orderPlaced, orderRecord, pass, runningConsumer, settle } from './consumer.test-support.ts';
import { createEvent, encodeEvent } from '../events/event-envelope.ts';
import { InMemoryProducer } from '../testing/in-memory-producer.ts';
import { InMemorySource } from '../testing/in-memory-source.ts';
import type { RecordSourceOptions } from '../ports/record-source.ts';
import { on } from './subscription.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('calling the handler', () => {
  it('gives it the event, a stable idempotency key, and its place in the order', async () => {
    const { api, source } = await runningConsumer();
    source.append(0, orderRecord('ann', 1), orderRecord('bob', 1));
    await settle();
    const [ann, bob] = api.calls;
    expect(ann?.event.data).toEqual({ customer: 'ann', number: 1 });
    expect(ann?.context).toMatchObject({ attempt: 1, idempotencyKey: 'invoice:ann-1' });
    expect(ann?.context.order).toEqual({ key: 'ann', sequence: 0 });
    expect(bob?.context.order).toEqual({ key: 'bob', sequence: 1 });
    expect(ann?.context.signal.aborted).toBe(false);
  });

  it('keeps the order of a key, one call at a time, and works on other keys meanwhile', async () => {
    const { api, source } = await runningConsumer();
    source.append(0, orderRecord('ann', 1), orderRecord('ann', 2), orderRecord('bob', 1), orderRecord('ann', 3));
    await settle();
    expect(api.ids).toEqual(['ann-1', 'bob-1']);
    api.call('bob-1').done();
    api.call('ann-1').done();
    await settle();
    expect(api.ids).toEqual(['ann-1', 'bob-1', 'ann-2']);
    api.call('ann-2').done();
    await settle();
    expect(api.ids).toEqual(['ann-1', 'bob-1', 'ann-2', 'ann-3']);
  });

  it('works on no more keys at once than its concurrency, over all partitions', async () => {
    const { api, source } = await runningConsumer({ concurrency: 3 });
    source.grant(1);
    source.append(0, orderRecord('a', 1), orderRecord('b', 1));
    source.append(1, orderRecord('c', 1), orderRecord('d', 1));
    await settle();
    expect(api.ids).toEqual(['a-1', 'b-1', 'c-1']);
    api.call('b-1').done();
    await settle();
    expect(api.ids).toEqual(['a-1', 'b-1', 'c-1', 'd-1']);
  });

  it('takes records without a key for unrelated', async () => {
    const { api, source } = await runningConsumer();
    source.append(0, { ...orderRecord('ann', 1), key: null }, { ...orderRecord('ann', 2), key: null });
    await settle();
    expect(api.ids).toEqual(['ann-1', 'ann-2']);
    expect(api.calls.map(({ context }) => context.order.key)).toEqual(['ann-1', 'ann-2']);
  });

  it('tells keys apart by their bytes', async () => {
    const { api, source } = await runningConsumer();
    const keys = [Buffer.from([0xff]), Buffer.from([0xfe]), Buffer.alloc(0), Buffer.from([0xff])];
    source.append(0, ...keys.map((key, index) => ({ ...orderRecord('any', index), key })));
    await settle();
    expect(api.ids).toEqual(['any-0', 'any-1', 'any-2']);
  });

  it('calls each subscription with the events of its own type', async () => {
    const shipped = { ...orderPlaced, type: 'OrderShipped' };
    const shipping = new FakeApi();
    const placing = new FakeApi();
    const subscriptions = [
      on(orderPlaced, placing.handler, { name: 'invoice' }),
      on(shipped, shipping.handler, { name: 'track' }),
    ];
    const { source } = await runningConsumer({ subscriptions });
    const event = createEvent(shipped, { customer: 'ann', number: 2 }, { source: '/shop', id: 'ann-2' });
    source.append(0, orderRecord('bob', 1), encodeEvent('orders', event));
    await settle();
    expect(placing.ids).toEqual(['bob-1']);
    expect(shipping.calls.map(({ context }) => context.idempotencyKey)).toEqual(['track:ann-2']);
  });
});

describe('committing', () => {
  it('happens after the outcome, not before', async () => {
    const { api, source } = await runningConsumer();
    source.append(0, orderRecord('ann', 1));
    await pass(10_000);
    expect(source.commits).toEqual([]);
    api.call('ann-1').done();
    await pass(250);
    expect(source.commits).toEqual([{ partition: 0, offset: 1 }]);
  });

  it('does not wait where many outcomes do, of whichever partition', async () => {
    const { api, source } = await runningConsumer({ concurrency: 1_000 });
    api.answer = (call) => call.done();
    source.grant(1);
    for (const partition of [0, 1])
      source.append(partition, ...Array.from({ length: 250 }, (_, number) => orderRecord(`ann${number}`, 1)));
    await settle();
    expect(source.partition(0).committed).toEqual({ offset: 250, metadata: '' });
    expect(source.partition(1).committed?.offset).toBeGreaterThan(0);
  });

  it('needs no timer while there is nothing to commit', async () => {
    const { api, source } = await runningConsumer();
    api.answer = (call) => call.done();
    expect(vi.getTimerCount()).toBe(0);
    source.append(0, orderRecord('ann', 1), orderRecord('bob', 1));
    await settle();
    expect(vi.getTimerCount()).toBe(1);
    await pass(250);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is tried again where it failed, without a further record', async () => {
    const { api, source } = await runningConsumer();
    api.answer = (call) => call.done();
    source.beforeCommit = () => Promise.reject(new Error('the coordinator is away'));
    source.append(0, orderRecord('ann', 1));
    await pass(1_000);
    source.beforeCommit = () => Promise.resolve();
    await pass(250);
    expect(source.commits).toEqual([{ partition: 0, offset: 1 }]);
  });

  it('stops short of the first record without an outcome', async () => {
    const { api, source } = await runningConsumer();
    source.append(0, orderRecord('a', 1), orderRecord('b', 1), orderRecord('c', 1), orderRecord('d', 1));
    await settle();
    for (const id of ['a-1', 'c-1', 'd-1']) api.call(id).done();
    await pass(1_000);
    expect(source.commits).toEqual([{ partition: 0, offset: 1 }]);
    api.call('b-1').done();
    await pass(250);
    expect(source.commits.at(-1)).toEqual({ partition: 0, offset: 4 });
  });

  it('covers offsets that no record was delivered for, so that the lag ends at 0', async () => {
    const { api, source } = await runningConsumer();
    source.append(0, { ...orderRecord('a', 1), offset: 7 });
    source.partition(0).endAt(12);
    await settle();
    api.call('a-1').done();
    await pass(250);
    expect(source.commits).toEqual([{ partition: 0, offset: 12 }]);
  });

  it('happens for a partition whose records are all gone', async () => {
    const { source } = await runningConsumer();
    source.partition(0).endAt(12);
    await pass(250);
    expect(source.commits).toEqual([{ partition: 0, offset: 12 }]);
  });

  it('happens once for what is finished within a quarter of a second, and not at all without news', async () => {
    const { api, source } = await runningConsumer();
    api.answer = (call) => call.done();
    source.append(0, ...Array.from({ length: 50 }, (_, index) => orderRecord('ann', index)));
    await pass(5_000);
    expect(source.commits).toEqual([{ partition: 0, offset: 50 }]);
  });

  it('has one commit of a partition in flight at a time, and the other partitions do not wait for it', async () => {
    const { api, source, lease } = await runningConsumer();
    source.grant(1);
    api.answer = (call) => call.done();
    const slow = Promise.withResolvers<void>();
    source.beforeCommit = () => (lease.committing > 0 ? slow.promise : Promise.resolve());
    source.append(0, orderRecord('ann', 1));
    await pass(250);
    source.beforeCommit = () => Promise.resolve();
    source.append(0, orderRecord('ann', 2));
    source.append(1, orderRecord('bob', 1));
    await pass(1_000);
    expect(source.commits).toEqual([{ partition: 1, offset: 1 }]);
    slow.resolve();
    await pass(250);
    expect(source.commits.slice(1)).toEqual([
      { partition: 0, offset: 1 },
      { partition: 0, offset: 2 },
    ]);
  });
});

describe('records that nobody subscribed to', () => {
  it('are skipped: never called, and committed past', async () => {
    const { api, source, producer } = await runningConsumer();
    const event = createEvent({ ...orderPlaced, type: 'Other' }, { customer: 'a', number: 1 }, { source: '/shop' });
    const foreign = { key: Buffer.from('a'), value: Buffer.from([0xff]), headers: {} };
    source.append(0, encodeEvent('orders', event), foreign, { ...foreign, value: null });
    await pass(250);
    expect(api.calls).toEqual([]);
    expect(producer.sent).toEqual([]);
    expect(source.commits).toEqual([{ partition: 0, offset: 3 }]);
  });

  it('do not wait for the call before them, nor let the commit pass it', async () => {
    const { api, source } = await runningConsumer();
    source.append(0, orderRecord('ann', 1), { key: Buffer.from('ann'), value: null, headers: {} });
    await pass(1_000);
    expect(source.commits).toEqual([]);
    api.call('ann-1').done();
    await pass(250);
    expect(source.commits).toEqual([{ partition: 0, offset: 2 }]);
  });
});

describe('a consumer', () => {
  it('asks its source for each topic of its subscriptions once', () => {
    const asked: RecordSourceOptions[] = [];
    const other = { ...orderPlaced, topic: 'returns' };
    const { handler } = new FakeApi();
    const subscriptions = [
      on(orderPlaced, handler, { name: 'a' }),
      on({ ...orderPlaced, type: 'OrderShipped' }, handler, { name: 'b' }),
      on(other, handler, { name: 'c' }),
    ];
    const source = (options: RecordSourceOptions) => {
      asked.push(options);
      return new InMemorySource('orders');
    };
    const log = { child: () => log } as never;
    const options = { group: 'billing', startAt: 'committed', targets: [], subscriptions } as const;
    expect(createConsumer(options, { source, producer: new InMemoryProducer(), log }).name).toBe('billing');
    const replays = new Map([
      ['orders.billing.replay', 'orders'],
      ['returns.billing.replay', 'returns'],
    ]);
    expect(asked).toEqual([{ group: 'billing', topics: ['orders', 'returns'], replays }]);
  });

  it('is ready when its source is', async () => {
    const { consumer } = await runningConsumer();
    expect(consumer.notReady()).toBeUndefined();
  });

  it('reports a record that its source delivers twice under one lease, and calls it once', async () => {
    const { api, source, lease, consumer, lines } = await runningConsumer();
    source.append(0, orderRecord('ann', 1));
    await settle();
    lease.redeliver();
    await settle();
    expect(api.ids).toEqual(['ann-1']);
    expect(lines).toContainEqual(expect.objectContaining({ level: 'error', topic: 'orders', partition: 0, offset: 0 }));
    expect(consumer.notReady()).toBeUndefined();
  });
});
