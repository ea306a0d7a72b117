import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { consumerUnderTest, orderRecord, pass, runningConsumer, settle } from './consumer.test-support.ts';
import { ServiceError } from '../errors/service-error.ts';
import { fakeTarget } from '../testing/fake-target.ts';

const unavailable = new ServiceError('API_UNAVAILABLE', 'answered 503');

/** Whether a promise has settled, to be asked later. */
function watch(promise: Promise<void>) {
  const state = { settled: false, error: undefined as unknown };
  promise.then(
    () => (state.settled = true),
    (error: unknown) => Object.assign(state, { settled: true, error }),
  );
  return state;
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('stopping', () => {
  it('waits for the running calls, starts no other, commits, and leaves the group', async () => {
    const { api, source, consumer, lease } = await runningConsumer();
    source.append(0, orderRecord('ann', 1), orderRecord('ann', 2), orderRecord('bob', 1));
    await settle();
    const stop = watch(consumer.stop());
    expect(lease.paused).toBe(true);
    api.call('bob-1').done();
    await pass(1_000);
    expect(stop.settled).toBe(false);
    expect(api.call('ann-1').context.signal.aborted).toBe(false);
    api.call('ann-1').done();
    await settle();
    expect(stop.settled).toBe(true);
    expect(api.ids).toEqual(['ann-1', 'bob-1']);
    expect(source.commits).toEqual([{ partition: 0, offset: 1 }]);
    expect(source.stopped).toBe(true);
  });

  it('cuts off what is still running after the drain timeout, and leaves it to the next owner', async () => {
    const { api, source, consumer } = await runningConsumer({ drainTimeoutMs: 4_000 });
    source.append(0, orderRecord('ann', 1), orderRecord('bob', 1));
    await settle();
    const stop = watch(consumer.stop());
    const { signal } = api.call('bob-1').context;
    api.call('ann-1').done();
    await pass(3_999);
    expect(signal.aborted).toBe(false);
    await pass(1);
    expect(signal.aborted).toBe(true);
    api.call('bob-1').fail(signal.reason);
    await settle();
    expect(stop.settled).toBe(true);
    expect(source.commits).toEqual([{ partition: 0, offset: 1 }]);
    expect(api.calls.length).toBe(2);
  });

  it('counts a call that succeeds although it was cut off', async () => {
    const { api, source, consumer } = await runningConsumer({ drainTimeoutMs: 0 });
    source.append(0, orderRecord('ann', 1));
    await settle();
    api.call('ann-1').context.signal.addEventListener('abort', () => api.call('ann-1').done());
    const stop = watch(consumer.stop());
    await settle();
    expect(stop.settled).toBe(true);
    expect(source.commits).toEqual([{ partition: 0, offset: 1 }]);
  });

  it('ends in bounded time though a call ignores its signal, and does not commit it', async () => {
    const { api, source, consumer } = await runningConsumer({ drainTimeoutMs: 4_000 });
    source.append(0, orderRecord('ann', 1));
    await settle();
    const stop = watch(consumer.stop());
    await pass(4_500);
    expect(stop.settled).toBe(true);
    api.call('ann-1').done();
    await pass(10_000);
    expect(source.commits).toEqual([]);
  });

  it('leaves waiting retries to the next owner at once', async () => {
    const { api, source, consumer, producer } = await runningConsumer();
    source.append(0, orderRecord('ann', 1));
    await settle();
    api.call('ann-1').fail(unavailable);
    await settle();
    const stop = watch(consumer.stop());
    await settle();
    expect(stop.settled).toBe(true);
    await pass(60_000);
    expect(api.calls.length).toBe(1);
    expect(producer.sent).toEqual([]);
    expect(source.commits).toEqual([]);
  });

  it('takes no records and no partitions any more, so that none is committed past uncalled', async () => {
    const { api, source, consumer, lease } = await runningConsumer();
    source.append(0, orderRecord('ann', 1));
    await settle();
    const stop = consumer.stop();
    lease.resume();
    source.append(0, orderRecord('bob', 1));
    source.grant(1);
    source.append(1, orderRecord('cat', 1));
    api.call('ann-1').done();
    await settle();
    await stop;
    expect(api.ids).toEqual(['ann-1']);
    expect(source.commits).toEqual([{ partition: 0, offset: 1 }]);
  });

  it('waits for a dead letter that is being written', async () => {
    const { api, source, consumer, producer } = await runningConsumer();
    const written = Promise.withResolvers<void>();
    producer.beforeWrite = () => written.promise;
    source.append(0, orderRecord('ann', 1));
    await settle();
    api.call('ann-1').fail(new ServiceError('API_REJECTED', 'answered 400'));
    await settle();
    const stop = watch(consumer.stop());
    await pass(1_000);
    expect(stop.settled).toBe(false);
    written.resolve();
    await settle();
    expect(stop.settled).toBe(true);
    expect(source.commits).toEqual([{ partition: 0, offset: 1 }]);
  });

  it('tries a failing last commit again for a moment', async () => {
    const { api, source, consumer } = await runningConsumer();
    source.append(0, orderRecord('ann', 1));
    await settle();
    let tries = 0;
    source.beforeCommit = () =>
      ++tries < 3 ? Promise.reject(new ServiceError('BROKER_UNAVAILABLE', 'rebalancing')) : Promise.resolve();
    api.call('ann-1').done();
    const stop = watch(consumer.stop());
    await pass(250);
    expect(stop.settled).toBe(true);
    expect(source.commits).toEqual([{ partition: 0, offset: 1 }]);
  });

  it('commits the newest offset after a commit in flight that knew less', async () => {
    const { api, source, consumer } = await runningConsumer();
    source.append(0, orderRecord('ann', 1), orderRecord('ann', 2));
    await settle();
    const confirmed = Promise.withResolvers<void>();
    source.beforeCommit = () => confirmed.promise;
    api.call('ann-1').done();
    await pass(250);
    api.call('ann-2').done();
    const stop = watch(consumer.stop());
    confirmed.resolve();
    await settle();
    expect(stop.settled).toBe(true);
    expect(source.commits.map(({ offset }) => offset)).toEqual([1, 2]);
  });

  it('is not held up by a broker that confirms nothing', async () => {
    const { api, source, consumer } = await runningConsumer();
    api.answer = (call) => call.done();
    source.beforeCommit = () => new Promise(() => undefined);
    source.append(0, orderRecord('ann', 1));
    await settle();
    const stop = watch(consumer.stop());
    await pass(750);
    expect(stop.settled).toBe(true);
  });

  it('stops the targets, even if the source cannot be stopped, and says so', async () => {
    let stopped = 0;
    const stop = async () => void stopped++;
    const { consumer, source } = await runningConsumer({ targets: [fakeTarget({ stop }), fakeTarget({ stop })] });
    source.stop = () => Promise.reject(new ServiceError('BROKER_UNAVAILABLE', 'cannot leave the group'));
    const stopping = watch(consumer.stop());
    await settle();
    expect(stopping.error).toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    expect(stopped).toBe(2);
  });

  it('may be asked for twice, and happens once', async () => {
    let stopped = 0;
    const stop = async () => void stopped++;
    const { consumer } = await runningConsumer({ targets: [fakeTarget({ stop })] });
    await Promise.all([consumer.stop(), consumer.stop()]);
    await consumer.stop();
    expect(stopped).toBe(1);
  });

  it('leaves no timer behind', async () => {
    const { api, source, consumer } = await runningConsumer();
    source.append(0, orderRecord('ann', 1), orderRecord('bob', 1));
    await settle();
    api.call('ann-1').fail(unavailable);
    api.call('bob-1').done();
    await settle();
    await consumer.stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('leaves no timer behind, either, when a commit in flight fails, and all that follow', async () => {
    const { api, source, consumer } = await runningConsumer();
    api.answer = (call) => call.done();
    const answer = Promise.withResolvers<void>();
    source.beforeCommit = () => answer.promise;
    source.append(0, orderRecord('ann', 1));
    await pass(250);
    const stop = watch(consumer.stop());
    answer.reject(new ServiceError('BROKER_UNAVAILABLE', 'rebalancing'));
    await pass(500);
    expect(stop.settled).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is safe for a consumer that never started: the source is left alone', async () => {
    const { consumer, source } = consumerUnderTest();
    await consumer.stop();
    expect(source.stopped).toBe(false);
  });
});
