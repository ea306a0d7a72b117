import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { orderRecord, pass, runningConsumer, settle } from './consumer.test-support.ts';
import { ServiceError } from '../errors/service-error.ts';

const unavailable = new ServiceError('API_UNAVAILABLE', 'answered 503');

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("a partition that is to be another member's", () => {
  it('finishes its running calls, starts no other, commits, and is released', async () => {
    const { api, source, lease } = await runningConsumer();
    source.append(0, orderRecord('ann', 1), orderRecord('ann', 2), orderRecord('bob', 1));
    await settle();
    lease.giveUp(10_000);
    expect(lease.paused).toBe(true);
    api.call('bob-1').done();
    await pass(2_000);
    expect(lease.released).toBe(false);
    api.call('ann-1').done();
    await settle();
    expect(api.ids).toEqual(['ann-1', 'bob-1']);
    expect(lease.released).toBe(true);
    expect(source.partition(0).committed).toMatchObject({ offset: 1, metadata: expect.stringMatching(/./) as string });
  });

  it('cuts off in time what does not end, and commits what has', async () => {
    const { api, source, lease } = await runningConsumer();
    source.append(0, orderRecord('ann', 1), orderRecord('bob', 1));
    await settle();
    lease.giveUp(5_000);
    api.call('ann-1').done();
    await pass(3_750);
    const { signal } = api.call('bob-1').context;
    expect(signal.reason).toMatchObject({ code: 'CALL_ABORTED' });
    await pass(1_250);
    expect(lease.released).toBe(true);
    expect(source.commits).toEqual([{ partition: 0, offset: 1 }]);
  });

  it('leaves what waits for a retry to the next owner', async () => {
    const { api, source, lease } = await runningConsumer();
    source.append(0, orderRecord('ann', 1), orderRecord('bob', 1));
    await settle();
    api.call('ann-1').fail(unavailable);
    api.call('bob-1').done();
    await settle();
    lease.giveUp(10_000);
    await pass(60_000);
    expect(api.ids).toEqual(['ann-1', 'bob-1']);
    expect(lease.released).toBe(true);
    expect(source.partition(0).committed?.offset).toBe(0);
    lease.end();
    source.grant(0);
    await settle();
    expect(api.ids).toEqual(['ann-1', 'bob-1', 'ann-1']);
  });

  it('is released at once where nothing is underway', async () => {
    const { lease } = await runningConsumer();
    lease.giveUp(10_000);
    await settle();
    expect(lease.released).toBe(true);
  });

  it('leaves the others alone', async () => {
    const { api, source, lease } = await runningConsumer();
    source.grant(1);
    lease.giveUp(10_000);
    source.append(1, orderRecord('ann', 1), orderRecord('ann', 2));
    await settle();
    api.call('ann-1').done();
    await settle();
    expect(api.ids).toEqual(['ann-1', 'ann-2']);
  });

  it('takes nothing that still arrives', async () => {
    const { api, source, lease } = await runningConsumer();
    source.append(0, orderRecord('ann', 1));
    await settle();
    lease.giveUp(10_000);
    lease.paused = false;
    source.append(0, orderRecord('bob', 1));
    api.call('ann-1').done();
    await pass(10_000);
    expect(api.ids).toEqual(['ann-1']);
    expect(source.partition(0).committed?.offset).toBe(1);
  });
});
