import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { orderRecord, pass, runningConsumer, settle } from './consumer.test-support.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('a call that takes too long', () => {
  it('is cut off at its deadline, and tried again', async () => {
    const { api, source } = await runningConsumer({ callTimeoutMs: 1_000 });
    source.append(0, orderRecord('ann', 1));
    await pass(999);
    const { signal } = api.call('ann-1').context;
    expect(signal.aborted).toBe(false);
    await pass(1);
    expect(signal.reason).toMatchObject({ code: 'API_TIMEOUT' });
    api.call('ann-1').fail(signal.reason);
    await pass(200);
    expect(api.calls.map(({ context }) => context.attempt)).toEqual([1, 2]);
  });

  it('counts as timed out, whatever the handler throws then', async () => {
    const { api, source, producer } = await runningConsumer({ callTimeoutMs: 1_000, retry: { maxElapsedMs: 0 } });
    source.append(0, orderRecord('ann', 1));
    await pass(1_000);
    api.call('ann-1').fail(new DOMException('This operation was aborted', 'AbortError'));
    await settle();
    expect(producer.sent.map(({ headers }) => headers.millrace_dlq_code)).toEqual(['API_TIMEOUT']);
  });

  it('counts as done when it succeeds in spite of that', async () => {
    const { api, source } = await runningConsumer({ callTimeoutMs: 1_000 });
    source.append(0, orderRecord('ann', 1));
    await pass(2_000);
    api.call('ann-1').done();
    await pass(250);
    expect(source.commits).toEqual([{ partition: 0, offset: 1 }]);
  });

  it('keeps its key as long as it does not end, and leaves the others alone', async () => {
    const { api, source } = await runningConsumer({ callTimeoutMs: 1_000 });
    source.append(0, orderRecord('ann', 1), orderRecord('ann', 2), orderRecord('bob', 1));
    await pass(3_600_000);
    expect(api.ids).toEqual(['ann-1', 'bob-1']);
    api.call('ann-1').done();
    await settle();
    expect(api.ids).toEqual(['ann-1', 'bob-1', 'ann-2']);
  });

  it('has one timer for all calls, and none when no call runs', async () => {
    const { api, source } = await runningConsumer();
    source.append(0, ...Array.from({ length: 200 }, (_, number) => orderRecord(`ann${number}`, 1)));
    await pass(300);
    expect(vi.getTimerCount()).toBe(1);
    for (const call of api.open) call.done();
    await pass(250);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('an event that is too old', () => {
  it('expires without a call, and is committed', async () => {
    const ended: string[] = [];
    const { api, source } = await runningConsumer({
      maxAgeMs: 1_000,
      ended: ({ offset }, outcome) => ended.push(`${offset} ${outcome}`),
    });
    const old = orderRecord('ann', 1);
    await pass(1_001);
    source.append(0, old, orderRecord('bob', 1));
    await settle();
    expect(api.ids).toEqual(['bob-1']);
    expect(ended).toEqual(['0 expired']);
    api.call('bob-1').done();
    await pass(250);
    expect(source.commits).toEqual([{ partition: 0, offset: 2 }]);
  });

  it('expires between attempts, too', async () => {
    const ended: string[] = [];
    const { api, source } = await runningConsumer({
      maxAgeMs: 1_000,
      ended: (_, outcome) => ended.push(outcome),
    });
    api.answer = (call) => call.fail(new Error('no'));
    source.append(0, orderRecord('ann', 1));
    await pass(10_000);
    expect(api.calls.length).toBe(3);
    expect(ended).toEqual(['expired']);
  });
});
