import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { orderRecord, pass, runningConsumer, settle } from './consumer.test-support.ts';
import type { ConsumerOptions } from './consumer-options.ts';
import { ServiceError } from '../errors/service-error.ts';
import { fakeTarget } from '../testing/fake-target.ts';

const unavailable = (retryAfterMs?: number) =>
  new ServiceError('API_UNAVAILABLE', 'POST /invoices answered 503', {
    status: 503,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });

const refused = new ServiceError('API_REFUSED', 'POST /invoices answered 401', { status: 401, targetAtFault: true });

/** A consumer with one record, whose calls all fail. */
async function failing(options: Partial<ConsumerOptions>, failure = unavailable()) {
  const parts = await runningConsumer(options);
  parts.api.answer = (call) => call.fail(failure);
  parts.source.append(0, orderRecord('ann', 1));
  await settle();
  return parts;
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('a call that fails and may succeed later', () => {
  it('is made again after 200 ms, 400 ms and so on, with the same idempotency key', async () => {
    const { api, source } = await runningConsumer();
    source.append(0, orderRecord('ann', 1));
    for (const [waitMs, calls] of [
      [0, 1],
      [199, 1],
      [1, 2],
      [399, 2],
      [1, 3],
    ] as const) {
      await pass(waitMs);
      expect(api.calls.length).toBe(calls);
      if (api.open.size > 0) api.call('ann-1').fail(unavailable());
      await settle();
    }
    expect(api.calls.map(({ context }) => context.attempt)).toEqual([1, 2, 3]);
    expect(new Set(api.calls.map(({ context }) => context.idempotencyKey))).toEqual(new Set(['invoice:ann-1']));
  });

  it('holds its key: the next event of the key waits for the outcome', async () => {
    const { api, source } = await runningConsumer();
    source.append(0, orderRecord('ann', 1), orderRecord('ann', 2));
    await settle();
    api.call('ann-1').fail(unavailable());
    await pass(200);
    api.call('ann-1').fail(unavailable());
    await pass(400);
    api.call('ann-1').done();
    await settle();
    expect(api.ids).toEqual(['ann-1', 'ann-1', 'ann-1', 'ann-2']);
  });

  it('holds nothing else: even at a concurrency of 1 other keys go on while it waits', async () => {
    const { api, source } = await runningConsumer({ concurrency: 1 });
    source.append(0, orderRecord('ann', 1), orderRecord('bob', 1), orderRecord('cat', 1));
    await settle();
    api.call('ann-1').fail(unavailable());
    await settle();
    api.call('bob-1').done();
    await settle();
    expect(api.ids).toEqual(['ann-1', 'bob-1', 'cat-1']);
  });

  it('waits as long as the API asks for', async () => {
    const { api, source } = await runningConsumer({ random: () => 0 });
    source.append(0, orderRecord('ann', 1));
    await settle();
    api.call('ann-1').fail(unavailable(60_000));
    await pass(59_999);
    expect(api.calls.length).toBe(1);
    await pass(1);
    expect(api.calls.length).toBe(2);
  });

  it('is not committed while it waits', async () => {
    const { api, source } = await runningConsumer();
    source.append(0, orderRecord('ann', 1), orderRecord('bob', 1));
    await settle();
    api.call('bob-1').done();
    api.call('ann-1').fail(unavailable(60_000));
    await pass(30_000);
    expect(source.commits).toEqual([]);
    expect(source.partition(0).committed?.offset).toBe(0);
  });

  it('is given up on with the first failure after maxElapsedMs', async () => {
    const retry = { maxElapsedMs: 1_000 };
    const { api, source, producer } = await runningConsumer({ retry });
    api.answer = (call) => call.fail(unavailable());
    source.append(0, orderRecord('ann', 1));
    await pass(1_399);
    expect(api.calls.length).toBe(3);
    expect(producer.sent).toEqual([]);
    await pass(1);
    expect(api.calls.length).toBe(4);
    expect(producer.sent.map(({ topic }) => topic)).toEqual(['orders.billing.dlq']);
  });

  it('is given up on with the failure of attempt maxAttempts', async () => {
    const { api, producer } = await failing({ retry: { maxAttempts: 3 } });
    await pass(599);
    expect([api.calls.length, producer.sent.length]).toEqual([2, 0]);
    await pass(1);
    expect([api.calls.length, producer.sent.length]).toEqual([3, 1]);
  });

  it('does not count the time in which its target was closed', async () => {
    let heldBackMs = 0;
    const targets = [fakeTarget({ heldBackMs: () => heldBackMs })];
    const { api, producer } = await failing({ targets, retry: { maxElapsedMs: 1_000, maxDelayMs: 200 } });
    await pass(600);
    heldBackMs = 400;
    await pass(600);
    expect([api.calls.length, producer.sent.length]).toEqual([7, 0]);
    await pass(200);
    expect([api.calls.length, producer.sent.length]).toEqual([8, 1]);
  });

  it('is not given up on for what is its target’s fault, and is made again later and later', async () => {
    const { api, producer } = await failing({ retry: { maxAttempts: 2, maxElapsedMs: 0 } }, refused);
    await pass(200 + 400 + 800);
    expect([api.calls.length, producer.sent.length]).toEqual([4, 0]);
    api.answer = (call) => call.fail(unavailable());
    await pass(1_600);
    expect(producer.sent.length).toBe(1);
  });

  it('counts the hour by a clock that does not jump', async () => {
    const { api, source, producer } = await runningConsumer();
    source.append(0, orderRecord('ann', 1));
    await settle();
    vi.setSystemTime(Date.now() + 24 * 3_600_000);
    api.call('ann-1').fail(unavailable());
    await pass(200);
    expect(producer.sent).toEqual([]);
    expect(api.calls.length).toBe(2);
  });

  it('gets one more attempt after a Retry-After beyond the hour', async () => {
    const { api, source } = await runningConsumer();
    source.append(0, orderRecord('ann', 1));
    await settle();
    api.call('ann-1').fail(unavailable(2 * 3_600_000));
    await pass(2 * 3_600_000 + 200);
    api.call('ann-1').done();
    await pass(250);
    expect(source.commits).toEqual([{ partition: 0, offset: 1 }]);
  });

  it.each([new TypeError('x is undefined'), 'a string', undefined, new ServiceError('CALL_ABORTED', 'by the handler')])(
    'is any that nobody foresaw: %s',
    async (thrown) => {
      const { api, source, producer } = await runningConsumer();
      source.append(0, orderRecord('ann', 1));
      await settle();
      api.call('ann-1').fail(thrown);
      await pass(200);
      expect(api.ids).toEqual(['ann-1', 'ann-1']);
      expect(producer.sent).toEqual([]);
    },
  );

  it('may have been thrown before the handler returned a promise', async () => {
    const { api, source } = await runningConsumer();
    api.answer = () => {
      api.answer = (call) => call.done();
      throw new TypeError('thrown at once');
    };
    source.append(0, orderRecord('ann', 1));
    await pass(500);
    expect(api.ids).toEqual(['ann-1', 'ann-1']);
    expect(source.commits).toEqual([{ partition: 0, offset: 1 }]);
  });
});

describe('a call that hangs', () => {
  it('stops its own key and no other', async () => {
    const { api, source } = await runningConsumer({ concurrency: 2 });
    source.append(0, orderRecord('ann', 1), orderRecord('ann', 2));
    await settle();
    api.answer = (call) => call.done();
    source.append(0, ...Array.from({ length: 100 }, (_, index) => orderRecord(`c${index % 10}`, index)));
    await settle();
    expect(api.calls.length).toBe(101);
    expect(api.ids).not.toContain('ann-2');
  });
});
