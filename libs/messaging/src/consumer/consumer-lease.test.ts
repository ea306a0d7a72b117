import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { orderRecord, pass, runningConsumer, settle } from './consumer.test-support.ts';
import { ServiceError } from '../errors/service-error.ts';

const unavailable = new ServiceError('API_UNAVAILABLE', 'answered 503');
const brokerAway = new ServiceError('BROKER_UNAVAILABLE', 'not confirmed');

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('a partition that is lost', () => {
  it('has its running calls cut off, and its queued records are not called', async () => {
    const { api, source } = await runningConsumer();
    source.append(0, orderRecord('ann', 1), orderRecord('ann', 2), orderRecord('bob', 1));
    await settle();
    const { signal } = api.call('ann-1').context;
    source.revoke(0);
    expect(signal.aborted).toBe(true);
    expect(signal.reason).toMatchObject({ code: 'CALL_ABORTED' });
    for (const call of api.open) call.fail(signal.reason);
    await pass(60_000);
    expect(api.ids).toEqual(['ann-1', 'bob-1']);
  });

  it('leaves the signals of calls that have ended alone', async () => {
    const { api, source } = await runningConsumer();
    source.append(0, orderRecord('ann', 1));
    await settle();
    const { signal } = api.call('ann-1').context;
    api.call('ann-1').done();
    await settle();
    source.revoke(0);
    expect(signal.aborted).toBe(false);
  });

  it('is lost as soon as its signal says so', async () => {
    const { api, source, lease } = await runningConsumer();
    source.append(0, orderRecord('ann', 1), orderRecord('ann', 2));
    await settle();
    lease.expire();
    expect(api.call('ann-1').context.signal.aborted).toBe(true);
    api.call('ann-1').done();
    await pass(1_000);
    expect(api.ids).toEqual(['ann-1']);
    expect(source.commits).toEqual([]);
  });

  it('lets a handler begin no call under a lease that is over by the clock, before anything has told so', async () => {
    const { api, source, lease } = await runningConsumer();
    source.append(0, orderRecord('ann', 1), orderRecord('bob', 1));
    await settle();
    const [ann, bob] = [api.call('ann-1').context, { ...api.call('bob-1').context }];
    const step = ann.step('crm', async (call) => {
      await settle();
      return call.signal.aborted;
    });
    expect([ann.signal.aborted, bob.signal.aborted]).toEqual([false, false]);
    lease.lapse();
    expect(await step).toBe(true);
    expect([ann.signal.aborted, bob.signal.aborted]).toEqual([true, true]);
    expect(bob.signal.reason).toMatchObject({ code: 'CALL_ABORTED' });
  });

  it('has nothing committed any more, whatever finishes after', async () => {
    const { api, source } = await runningConsumer();
    source.append(0, orderRecord('ann', 1), orderRecord('bob', 1));
    await settle();
    api.call('ann-1').done();
    await settle();
    source.revoke(0);
    api.call('bob-1').done();
    await pass(10_000);
    expect(source.commits).toEqual([]);
  });

  it('has no dead letter written for a call that was cut off, however it ends', async () => {
    const { api, source, producer } = await runningConsumer();
    source.append(0, orderRecord('ann', 1), orderRecord('bob', 1));
    await settle();
    source.revoke(0);
    api.call('ann-1').fail(new ServiceError('API_REJECTED', 'answered 400'));
    api.call('bob-1').fail(new DOMException('This operation was aborted', 'AbortError'));
    await pass(60_000);
    expect(producer.sent).toEqual([]);
    expect(api.calls.length).toBe(2);
  });

  it('has the waits of its retries ended', async () => {
    const { api, source, consumer } = await runningConsumer();
    source.append(0, orderRecord('ann', 1));
    await settle();
    api.call('ann-1').fail(unavailable);
    await settle();
    source.revoke(0);
    await pass(60_000);
    expect(api.calls.length).toBe(1);
    await consumer.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves the calls of other partitions alone', async () => {
    const { api, source } = await runningConsumer();
    source.grant(1);
    source.append(0, orderRecord('ann', 1));
    source.append(1, orderRecord('bob', 1), orderRecord('bob', 2));
    await settle();
    source.revoke(0);
    expect(api.call('bob-1').context.signal.aborted).toBe(false);
    api.call('bob-1').done();
    await pass(250);
    expect(source.commits).toEqual([{ partition: 1, offset: 1 }]);
    expect(api.ids).toEqual(['ann-1', 'bob-1', 'bob-2']);
  });

  it('gives its slots to other partitions when its calls have ended, not before', async () => {
    const { api, source } = await runningConsumer({ concurrency: 1 });
    source.grant(1);
    source.append(0, orderRecord('ann', 1));
    source.append(1, orderRecord('bob', 1));
    await settle();
    source.revoke(0);
    await settle();
    expect(api.ids).toEqual(['ann-1']);
    api.call('ann-1').fail(new Error('aborted'));
    await settle();
    expect(api.ids).toEqual(['ann-1', 'bob-1']);
  });

  it('takes no records that come after', async () => {
    const { api, source, lease } = await runningConsumer();
    source.append(0, orderRecord('ann', 1));
    await settle();
    source.revoke(0);
    lease.redeliver();
    await pass(1_000);
    expect(api.ids).toEqual(['ann-1']);
  });
});

describe('a partition that comes back', () => {
  it('begins at what was committed, and each key waits for its old call to end', async () => {
    const { api, source } = await runningConsumer();
    source.append(0, orderRecord('ann', 1), orderRecord('bob', 1));
    await settle();
    source.revoke(0);
    api.call('bob-1').fail(new Error('aborted'));
    await settle();
    source.grant(0);
    await pass(10_000);
    expect(api.ids).toEqual(['ann-1', 'bob-1', 'bob-1']);
    api.call('ann-1').done();
    await settle();
    expect(api.ids).toEqual(['ann-1', 'bob-1', 'bob-1', 'ann-1']);
    expect(api.calls.at(-1)?.context).toMatchObject({ attempt: 1, idempotencyKey: 'invoice:ann-1' });
    expect(source.commits).toEqual([]);
  });

  it('does not wait for a retry that the old lease was waiting for', async () => {
    const { api, source } = await runningConsumer();
    source.append(0, orderRecord('ann', 1));
    await settle();
    api.call('ann-1').fail(new ServiceError('API_UNAVAILABLE', 'answered 429', { retryAfterMs: 3_600_000 }));
    await settle();
    source.revoke(0);
    source.grant(0);
    await settle();
    expect(api.calls.map(({ context }) => context.attempt)).toEqual([1, 1]);
  });

  it('has records without a key wait for their old call, too', async () => {
    const { api, source } = await runningConsumer();
    source.append(0, { ...orderRecord('ann', 1), key: null });
    await settle();
    source.revoke(0);
    source.grant(0);
    await settle();
    expect(api.calls.length).toBe(1);
    api.call('ann-1').fail(new Error('aborted'));
    await settle();
    expect(api.calls.length).toBe(2);
  });

  it('is committed under its new lease only', async () => {
    const { api, source } = await runningConsumer();
    source.append(0, orderRecord('ann', 1), orderRecord('ann', 2));
    await settle();
    source.revoke(0);
    source.grant(0);
    api.call('ann-1').done();
    await pass(1_000);
    expect(source.commits).toEqual([]);
    api.call('ann-1').done();
    await pass(250);
    expect(source.commits).toEqual([{ partition: 0, offset: 1 }]);
  });
});

describe('a commit that fails', () => {
  it('is repeated with the newest offset until it passes, and reported once each time it begins', async () => {
    const { api, source, lines } = await runningConsumer();
    source.beforeCommit = () => Promise.reject(brokerAway);
    api.answer = (call) => call.done();
    source.append(0, orderRecord('ann', 1));
    await pass(1_000);
    source.append(0, orderRecord('ann', 2));
    await pass(1_000);
    expect(source.commits).toEqual([]);
    source.beforeCommit = () => Promise.resolve();
    await pass(250);
    expect(source.commits).toEqual([{ partition: 0, offset: 2 }]);
    const warnings = lines.filter(({ level, msg }) => level === 'warn' && msg === 'commit failed');
    expect(warnings).toMatchObject([{ group: 'billing', topic: 'orders', partition: 0, code: 'BROKER_UNAVAILABLE' }]);
    source.beforeCommit = () => Promise.reject(brokerAway);
    source.append(0, orderRecord('ann', 3));
    await pass(1_000);
    expect(lines.filter(({ level }) => level === 'warn').length).toBe(2);
  });

  it('because the lease is lost ends the work under it, before the source says so', async () => {
    const { api, source } = await runningConsumer();
    source.append(0, orderRecord('ann', 1), orderRecord('bob', 1), orderRecord('bob', 2));
    await settle();
    source.beforeCommit = () => Promise.reject(new ServiceError('LEASE_LOST', 'fenced'));
    api.call('ann-1').done();
    await pass(250);
    expect(api.call('bob-1').context.signal.aborted).toBe(true);
    source.beforeCommit = () => Promise.resolve();
    api.call('bob-1').fail(new Error('aborted'));
    await pass(10_000);
    expect(api.ids).toEqual(['ann-1', 'bob-1']);
    expect(source.commits).toEqual([]);
  });

  it('under way when the partition is revoked changes nothing for the new owner', async () => {
    const { api, source } = await runningConsumer();
    source.append(0, orderRecord('ann', 1));
    const confirmed = Promise.withResolvers<void>();
    source.beforeCommit = () => confirmed.promise;
    await settle();
    api.call('ann-1').done();
    await pass(250);
    source.revoke(0);
    confirmed.resolve();
    await pass(1_000);
    expect(source.commits).toEqual([]);
  });
});
