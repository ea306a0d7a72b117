import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { consumerUnderTest, orderRecord, pass, settle } from './consumer.test-support.ts';
import type { StartAt } from '../engine/start-position.ts';

/** A group without offsets, at a partition that holds records 5 to 9. */
async function newGroup(startAt: StartAt) {
  const parts = consumerUnderTest({ startAt });
  const partition = parts.source.partition(0);
  partition.committed = undefined;
  partition.endOffset = 5;
  partition.logStart = 5;
  partition.append(Array.from({ length: 5 }, (_, number) => orderRecord(`ann${number}`, 1)));
  await parts.consumer.start();
  parts.source.grant(0);
  await settle();
  return { ...parts, partition };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('where a group begins that has no offsets', () => {
  it('is the oldest record with earliest', async () => {
    const { api } = await newGroup('earliest');
    expect(api.ids).toHaveLength(5);
  });

  it('is the next record to come with latest, which is written down at once', async () => {
    const { api, source, partition } = await newGroup('latest');
    await pass(250);
    expect(partition.committed).toEqual({ offset: 10, metadata: '' });
    source.append(0, orderRecord('bob', 1));
    await settle();
    expect(api.ids).toEqual(['bob-1']);
  });

  it('is written down until it is confirmed', async () => {
    const { source, partition } = await newGroup('latest');
    source.beforeCommit = () => Promise.reject(new Error('no'));
    await pass(1_000);
    expect(partition.committed).toBeUndefined();
    source.beforeCommit = () => Promise.resolve();
    await pass(250);
    expect(partition.committed?.offset).toBe(10);
  });

  it('is nowhere with committed: nothing is read, and the consumer says what is missing', async () => {
    const { api, consumer, source, partition, lines } = await newGroup('committed');
    expect(consumer.notReady()).toBe(
      "the group has no offsets in partition 0 of orders, and startAt is 'committed': set them, or choose another startAt",
    );
    expect(lines).toContainEqual(expect.objectContaining({ code: 'OFFSETS_MISSING', topic: 'orders', partition: 0 }));
    await pass(60_000);
    expect(api.ids).toEqual([]);
    expect(partition.committed).toBeUndefined();
    source.revoke(0);
    expect(consumer.notReady()).toBeUndefined();
  });
});

describe('a topic that begins again', () => {
  it('below the commit is read from its start, reported, and committed as it is', async () => {
    const { consumer, source, api, lines } = consumerUnderTest({ startAt: 'latest' });
    source.partition(0).committed = { offset: 100, metadata: '' };
    source.append(0, orderRecord('ann', 1));
    await consumer.start();
    source.grant(0);
    await settle();
    expect(api.ids).toEqual(['ann-1']);
    expect(lines).toContainEqual(expect.objectContaining({ level: 'error', committed: 100, offset: 0 }));
    api.call('ann-1').done();
    await pass(250);
    expect(source.partition(0).committed?.offset).toBe(1);
  });

  it('and has grown past the commit is known by its first record, and read from its start', async () => {
    const first = consumerUnderTest();
    await first.consumer.start();
    first.source.grant(0);
    first.source.append(0, orderRecord('ann', 1), orderRecord('bob', 1), orderRecord('cid', 1));
    await settle();
    first.api.call('ann-1').done();
    first.api.call('cid-1').done();
    await pass(250);
    const second = consumerUnderTest();
    second.source.partition(0).committed = first.source.partition(0).committed;
    expect(second.source.partition(0).committed?.offset).toBe(1);
    second.source.append(0, ...['dan', 'eve', 'fay'].map((name) => orderRecord(name, 1)));
    await second.consumer.start();
    second.source.grant(0);
    await settle();
    expect(second.api.ids).toEqual(['dan-1', 'eve-1', 'fay-1']);
    expect(second.lines).toContainEqual(expect.objectContaining({ level: 'error', committed: 1, offset: 0 }));
  });

  it('at retention is told how many records were deleted unread', async () => {
    const { consumer, source, lines } = consumerUnderTest();
    source.partition(0).endOffset = 7;
    source.partition(0).logStart = 7;
    await consumer.start();
    source.grant(0);
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'error', topic: 'orders', partition: 0, from: 0, to: 7, records: 7 }),
    );
  });
});
