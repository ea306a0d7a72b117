import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { consumerUnderTest, orderRecord, pass, replaysBeside, settle } from './consumer.test-support.ts';
import type { ConsumerOptions } from './consumer-options.ts';
import type { NewRecord } from '../testing/in-memory-source.ts';
import type { KafkaRecord, RecordHeaders } from '../ports/record.ts';
import type { Outcome } from '../ports/outcome.ts';
import { ServiceError } from '../errors/service-error.ts';

const replays = 'orders.billing.replay';
const rejected = new ServiceError('API_REJECTED', 'POST /invoices answered 422', { status: 422 });

/** An order that was given up on at `offset` of partition 0, come again. */
function replayed(customer: string, number: number, offset: number, headers: RecordHeaders = {}): NewRecord {
  return orderRecord(customer, number, {
    millrace_dlq_topic: 'orders',
    millrace_dlq_partition: '0',
    millrace_dlq_offset: `${offset}`,
    millrace_dlq_replays: '1',
    ...headers,
  });
}

/** A consumer of orders and of their replays, with partition 0 of both. */
async function running(options: Partial<ConsumerOptions> = {}) {
  const ended: [string, number, Outcome][] = [];
  const parts = consumerUnderTest({
    ...options,
    ended: ({ topic, offset }: KafkaRecord, outcome) => void ended.push([topic, offset, outcome]),
  });
  const again = replaysBeside(parts.source);
  await parts.consumer.start();
  const [lease, leaseAgain] = [parts.source.grant(0), again.grant(0)];
  return { ...parts, again, ended, lease, leaseAgain };
}

beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-01-01') }));
afterEach(() => void vi.useRealTimers());

describe('a replayed record', () => {
  it('is called with the idempotency key and the sequence that it had', async () => {
    const { api, again, ended } = await running();
    again.append(0, replayed('ann', 7, 41));
    await settle();
    expect(api.call('ann-7').context).toMatchObject({
      attempt: 1,
      idempotencyKey: 'invoice:ann-7',
      order: { key: 'ann', sequence: 41 },
    });
    api.call('ann-7').done();
    await settle();
    expect(ended).toEqual([[replays, 0, 'completed']]);
    await pass(1_000);
    expect(again.commits).toEqual([{ partition: 0, offset: 1 }]);
  });

  it('waits for what its key has in the topic, and the topic for what its key has among the replays', async () => {
    const { api, source, again } = await running();
    source.append(0, orderRecord('ann', 8));
    await settle();
    again.append(0, replayed('ann', 1, 0), replayed('bob', 1, 1));
    await settle();
    source.append(0, orderRecord('bob', 9));
    await settle();
    expect(api.ids).toEqual(['ann-8', 'bob-1']);
    api.call('ann-8').done();
    await settle();
    expect(api.ids).toEqual(['ann-8', 'bob-1', 'ann-1']);
    api.call('bob-1').done();
    await settle();
    expect(api.ids).toEqual(['ann-8', 'bob-1', 'ann-1', 'bob-9']);
  });

  it('goes back to the dead letters with its history and the place where it was first', async () => {
    const { api, again, producer } = await running();
    api.answer = (call) => call.fail(rejected);
    again.append(0, replayed('ann', 7, 41, { millrace_dlq_history: '[{"code":"API_REJECTED"}]' }));
    await settle();
    const [letter] = producer.sent;
    expect(letter?.topic).toBe('orders.billing.dlq');
    expect(letter?.headers).toMatchObject({
      millrace_dlq_topic: 'orders',
      millrace_dlq_partition: '0',
      millrace_dlq_offset: '41',
      millrace_dlq_replays: '1',
      millrace_dlq_history: '[{"code":"API_REJECTED"}]',
      millrace_dlq_attempts: '1',
    });
  });

  it('is read from the oldest on, wherever the consumer begins in the topic', async () => {
    const { source, again, api, consumer } = await running({ startAt: 'latest' });
    expect(source.partition(0).endOffset).toBe(0);
    again.revoke(0);
    again.partition(0).committed = undefined;
    again.append(0, replayed('ann', 1, 0));
    again.grant(0);
    await settle();
    expect(api.ids).toEqual(['ann-1']);
    expect(consumer.notReady()).toBeUndefined();
  });

  it('that has no key does not wait for a record of the same offset', async () => {
    const { api, source, again } = await running();
    source.append(0, { ...orderRecord('ann', 1), key: null });
    again.append(0, { ...replayed('bob', 1, 500), key: null });
    await settle();
    expect(new Set(api.ids)).toEqual(new Set(['ann-1', 'bob-1']));
  });

  it('without a word of where it was is taken as it comes', async () => {
    const { api, again } = await running();
    again.append(0, orderRecord('ann', 1), orderRecord('ann', 2));
    await settle();
    api.call('ann-1').done();
    await settle();
    expect(api.call('ann-2').context.order).toEqual({ key: 'ann', sequence: 1 });
  });
});

describe('losing one of the two partitions', () => {
  it('leaves what is queued of the other where it is, in order', async () => {
    const { api, source, again } = await running();
    source.append(0, orderRecord('ann', 1), orderRecord('ann', 2), orderRecord('cat', 1));
    await settle();
    again.append(0, replayed('ann', 7, 100), replayed('bob', 7, 101));
    source.append(0, orderRecord('ann', 3), orderRecord('bob', 3));
    await settle();
    again.revoke(0);
    await settle();
    for (const id of ['ann-1', 'ann-2', 'ann-3', 'cat-1']) {
      api.call(id).done();
      await settle();
    }
    // The call that was running when its partition went keeps its key until it ends.
    expect(api.ids).toEqual(['ann-1', 'cat-1', 'bob-7', 'ann-2', 'ann-3']);
    api.call('bob-7').done();
    await settle();
    expect(api.ids.at(-1)).toBe('bob-3');
    api.call('bob-3').done();
    await pass(1_000);
    expect(source.commits.at(-1)).toEqual({ partition: 0, offset: 5 });
  });

  it('goes on with a key whose record of the other was waiting for a retry', async () => {
    const { api, source, again, consumer } = await running();
    again.append(0, replayed('ann', 7, 100));
    await settle();
    source.append(0, orderRecord('ann', 8));
    api.call('ann-7').fail(new ServiceError('API_UNAVAILABLE', 'POST /invoices answered 503'));
    await settle();
    const retrying = () => consumer.state().partitions.map((each) => each.retrying);
    expect(api.ids).toEqual(['ann-7']);
    again.revoke(0);
    await settle();
    expect(retrying()).toEqual([0]);
    expect(api.ids).toEqual(['ann-7', 'ann-8']);
  });
});
