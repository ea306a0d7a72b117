import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { KafkaRecord } from '../ports/record.ts';
import { orderRecord, pass, runningConsumer, settle } from './consumer.test-support.ts';

const orders = (customer: (index: number) => string, count: number) =>
  Array.from({ length: count }, (_, index) => orderRecord(customer(index), index));

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('back-pressure', () => {
  it('leaves records in Kafka while a thousand are held, and takes more at half', async () => {
    const { api, source, lease } = await runningConsumer({ concurrency: 1 });
    source.append(0, ...orders(() => 'ann', 3_000));
    await settle();
    expect(lease.paused).toBe(true);
    expect(lease.position).toBe(1_000);
    for (let done = 0; done < 499; done++) {
      api.call(`ann-${done}`).done();
      await settle();
    }
    expect(lease.position).toBe(1_000);
    api.call('ann-499').done();
    await settle();
    expect(lease.position).toBe(1_500);
    expect(lease.paused).toBe(true);
  });

  it('holds four times the concurrency where that is more', async () => {
    const { source, lease } = await runningConsumer({ concurrency: 500 });
    source.append(0, ...orders(() => 'ann', 5_000));
    await settle();
    expect(lease.position).toBe(2_000);
  });

  it('counts bytes, too', async () => {
    const { source, lease } = await runningConsumer();
    const megabyte = Buffer.alloc(1024 * 1024);
    const large = (index: number) => orderRecord('ann', index, { padding: megabyte });
    for (let index = 0; index < 100; index++) source.append(0, large(index));
    await settle();
    expect(lease.paused).toBe(true);
    expect(lease.position).toBe(32);
  });

  it('does not let stuck keys stop the others while the bound allows', async () => {
    const { api, source } = await runningConsumer({ concurrency: 8 });
    api.answer = (call) => {
      if (!call.id.startsWith('stuck')) call.done();
    };
    source.append(0, ...orders(() => 'stuck', 850), ...orders((index) => `c${index % 50}`, 5_000));
    await pass(1_000);
    expect(api.calls.length).toBe(1 + 5_000);
  });

  it('stops the partition whose stuck keys fill the bound, and no other', async () => {
    const { api, source } = await runningConsumer({ concurrency: 8 });
    source.grant(1);
    api.answer = (call) => {
      if (!call.id.startsWith('stuck')) call.done();
    };
    source.append(0, ...orders(() => 'stuck', 5_000));
    source.append(1, ...orders((index) => `c${index % 50}`, 5_000));
    await pass(1_000);
    expect(source.partition(0).lease?.position).toBe(1_000);
    expect(source.commits.at(-1)).toEqual({ partition: 1, offset: 5_000 });
  });

  it('lets the others go on when a partition that filled the bound is lost', async () => {
    const { source } = await runningConsumer({ concurrency: 8 });
    source.grant(1);
    source.append(1, ...orders((index) => `b${index}`, 600));
    source.append(0, ...orders(() => 'ann', 1_000));
    await settle();
    expect(source.partition(0).lease?.paused).toBe(true);
    source.revoke(1);
    await settle();
    expect(source.partition(0).lease?.position).toBe(1_000);
  });

  it('ends with everything done, whatever was held back', async () => {
    const { api, source } = await runningConsumer({ concurrency: 16 });
    api.answer = (call) => setTimeout(call.done, 10);
    for (const partition of [1, 2, 3]) source.grant(partition);
    for (const partition of [0, 1, 2, 3]) source.append(partition, ...orders((index) => `c${index % 40}`, 1_500));
    await pass(10_000);
    expect([0, 1, 2, 3].map((partition) => source.partition(partition).committed?.offset)).toEqual([
      1_500, 1_500, 1_500, 1_500,
    ]);
  });

  it('holds what a stuck record says, not the whole of the answer that it came in', async () => {
    const kept: number[] = [];
    const ended = ({ key, value }: KafkaRecord) => key?.toString() === 'ann' && kept.push(value!.buffer.byteLength);
    const { api, source } = await runningConsumer({ ended, held: { bytes: 20_000 } });
    api.answer = (call) => !call.id.startsWith('ann') && call.done();
    for (let number = 1; number <= 100; number++) {
      const record = orderRecord(number === 1 ? 'ann' : `bob${number}`, number);
      const answer = Buffer.concat([record.value!, Buffer.alloc(10_000, ' ')]);
      source.append(0, { ...record, value: answer.subarray(0, number === 1 ? record.value!.length : 500) });
      await settle();
    }
    api.call('ann-1').done();
    await settle();
    expect(kept).toEqual([expect.toSatisfy((bytes: number) => bytes < 1_000)]);
  });
});
