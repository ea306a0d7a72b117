import type { RecordSource } from '@millrace/messaging';
import { AssignerProtocol, type PartitionAssigner, PartitionAssigners } from 'kafkajs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ensureTopics } from './ensure-topics.ts';
import { createRecordSource } from './record-source.ts';
import { RememberingSink } from './remembering-sink.test-support.ts';
import { startReading, write } from './reading.test-support.ts';
import { committedOffsets, keptLog, makeTopic, numbered, range, testKafka, uniqueName } from './kafka.test-support.ts';

const kafka = testKafka();
const patience = { timeout: 20_000, interval: 20 };

async function joined(source: RecordSource): Promise<void> {
  await vi.waitFor(() => expect(source.notReady()).toBeUndefined(), patience);
}

interface Transaction {
  readonly from: number;
  readonly to: number;
  readonly outcome: 'commit' | 'abort';
}

async function transact(topic: string, transactions: readonly Transaction[]): Promise<void> {
  const { kafka: client, close } = kafka.open({ retries: 5 });
  const producer = client.producer({ transactionalId: uniqueName(), idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  for (const { from, to, outcome } of transactions) {
    const transaction = await producer.transaction();
    const messages = numbered(topic, from, to).map(({ key, value }) => ({ key, value }));
    await transaction.send({ topic, messages });
    await transaction[outcome]();
  }
  close();
}

describe('a record source on Kafka', () => {
  it('delivers every record once, in order, and knows where the partition ends', async () => {
    const topic = await makeTopic(kafka);
    await write(topic, 0, 500);
    const { sink, source } = await startReading({ topic, group: uniqueName() });
    await vi.waitFor(() => expect(sink.numbers.length).toBeGreaterThanOrEqual(500), patience);
    await write(topic, 500, 600);
    await vi.waitFor(() => expect(sink.numbers.length).toBeGreaterThanOrEqual(600), patience);
    expect(sink.numbers).toEqual(range(0, 600));
    expect(sink.deliveries[0]!.record).toMatchObject({ topic, partition: 0, offset: 0, key: Buffer.from('key-0') });
    expect(Math.abs(Date.now() - sink.deliveries[0]!.record.timestampMs)).toBeLessThan(60_000);
    expect(source.progress()).toMatchObject([{ topic, partition: 0, endOffset: 600 }]);
  });

  it('goes on at the committed offset after a restart', async () => {
    const topic = await makeTopic(kafka);
    const group = uniqueName();
    await write(topic, 0, 10);
    const first = await startReading({ topic, group, commits: 'never' });
    await vi.waitFor(() => expect(first.sink.numbers).toHaveLength(10), patience);
    await first.sink.leases.get(0)!.commit({ offset: 4, metadata: '' });
    await first.source.stop();
    const second = await startReading({ topic, group });
    await vi.waitFor(() => expect(second.sink.numbers).toHaveLength(6), patience);
    expect(second.sink.numbers).toEqual(range(4, 10));
  });

  it('leaves the group when it stops, so that another member takes over at once', async () => {
    const topic = await makeTopic(kafka);
    const group = uniqueName();
    const first = await startReading({ topic, group });
    await joined(first.source);
    await first.source.stop();
    const startedAt = performance.now();
    const second = await startReading({ topic, group });
    await vi.waitFor(() => expect(second.sink.leases.size).toBe(1), patience);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(first.source.progress()).toEqual([]);
  });

  it('ends the leases when it stops, and an ended lease commits nothing', async () => {
    const topic = await makeTopic(kafka);
    const group = uniqueName();
    await write(topic, 0, 10);
    const { sink, source } = await startReading({ topic, group, commits: 'never' });
    await vi.waitFor(() => expect(sink.numbers).toHaveLength(10), patience);
    const lease = sink.leases.get(0)!;
    await lease.commit({ offset: 3, metadata: '' });
    await source.stop();
    expect(sink.ended).toEqual([lease]);
    expect(lease.signal.aborted).toBe(true);
    await expect(lease.commit({ offset: 9, metadata: '' })).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(await committedOffsets(kafka, group, topic)).toEqual([3]);
  });

  it('commits the leases of many partitions at once', async () => {
    const topic = await makeTopic(kafka, 6);
    const group = uniqueName();
    await write(topic, 0, 60);
    const { sink } = await startReading({ topic, group, commits: 'never' });
    await vi.waitFor(() => expect(sink.numbers).toHaveLength(60), patience);
    await Promise.all(
      [...sink.leases.values()].map((lease) => lease.commit({ offset: lease.partition + 1, metadata: '' })),
    );
    expect(await committedOffsets(kafka, group, topic)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('holds records back while a partition is paused', async () => {
    const topic = await makeTopic(kafka);
    const { sink } = await startReading({ topic, group: uniqueName() });
    await vi.waitFor(() => expect(sink.leases.size).toBe(1), patience);
    const lease = sink.leases.get(0)!;
    lease.pause();
    lease.pause();
    await write(topic, 0, 10);
    // The other source shows that the records could have been read by now.
    const other = await startReading({ topic, group: uniqueName() });
    await vi.waitFor(() => expect(other.sink.numbers).toHaveLength(10), patience);
    expect(sink.numbers).toEqual([]);
    lease.resume();
    await vi.waitFor(() => expect(sink.numbers).toEqual(range(0, 10)), patience);
  });

  it('waits for a topic that does not exist yet, and says so', async () => {
    const topic = uniqueName();
    const { log, messages } = keptLog();
    const { sink, source } = await startReading({ topic, group: uniqueName(), connection: testKafka({ log }) });
    await vi.waitFor(() => expect(source.notReady()).toBe(`topic ${topic} does not exist yet`), patience);
    await ensureTopics(kafka, [{ name: topic, partitions: 1, groups: [] }]);
    await write(topic, 0, 5);
    await vi.waitFor(() => expect(sink.numbers).toEqual(range(0, 5)), patience);
    expect(source.notReady()).toBeUndefined();
    expect(messages.filter((message) => message.includes('does not exist yet'))).toHaveLength(1);
  });

  it('reads up to the end although the last records were aborted and cannot be seen', async () => {
    const topic = await makeTopic(kafka);
    const { sink, source } = await startReading({ topic, group: uniqueName() });
    await vi.waitFor(() => expect(sink.leases.size).toBe(1), patience);
    await transact(topic, [
      { from: 0, to: 5, outcome: 'commit' },
      { from: 5, to: 15, outcome: 'abort' },
      { from: 15, to: 18, outcome: 'commit' },
      { from: 18, to: 22, outcome: 'abort' },
    ]);
    const end = 5 + 1 + 10 + 1 + 3 + 1 + 4 + 1;
    const lease = sink.leases.get(0)!;
    await vi.waitFor(() => expect(sink.covered.get(lease)).toBe(end), patience);
    expect(sink.numbers).toEqual([...range(0, 5), ...range(15, 18)]);
    expect(source.progress()).toMatchObject([{ topic, partition: 0, endOffset: end }]);
  });

  it('commits also when nothing can be seen of what it has read', async () => {
    const topic = await makeTopic(kafka);
    const group = uniqueName();
    await transact(topic, [{ from: 0, to: 7, outcome: 'abort' }]);
    const { sink } = await startReading({ topic, group });
    await vi.waitFor(async () => expect(await committedOffsets(kafka, group, topic)).toEqual([8]), patience);
    expect(sink.numbers).toEqual([]);
  });
});

describe('a record source that kafkajs gives up', () => {
  it('becomes a new member, and delivers what was not committed again', async () => {
    const topic = await makeTopic(kafka);
    const group = uniqueName();
    const { log, messages } = keptLog();
    await write(topic, 0, 10);
    const sink = new RememberingSink();
    const deliver = sink.records.bind(sink);
    vi.spyOn(sink, 'records').mockImplementationOnce(() => {
      throw new Error('a bug in the consumer');
    });
    vi.mocked(sink.records).mockImplementation(deliver);
    const source = createRecordSource(testKafka({ log }), { group, topics: [topic] });
    onTestFinished(() => source.stop());
    await source.start(sink);
    await vi.waitFor(() => expect(sink.numbers).toEqual(range(0, 10)), patience);
    expect(sink.ended.map(({ epoch }) => epoch)).toEqual([1]);
    expect(sink.leases.get(0)?.epoch).toBe(2);
    expect(messages).toContain('consumer failed to take records');
  });

  it('waits while the group is shared out by rules it does not know, and joins when those are gone', async () => {
    const topic = await makeTopic(kafka);
    const group = uniqueName();
    const { kafka: client, close } = kafka.open({ retries: 5 });
    const foreignRules: PartitionAssigner = (context) => ({
      ...PartitionAssigners.roundRobin(context),
      name: 'foreign',
      protocol: ({ topics }) => ({
        name: 'foreign',
        metadata: AssignerProtocol.MemberMetadata.encode({ version: 0, topics, userData: Buffer.alloc(0) }),
      }),
    });
    const foreign = client.consumer({ groupId: group, partitionAssigners: [foreignRules] });
    await foreign.connect();
    await foreign.subscribe({ topic });
    await foreign.run({ eachBatch: async () => {} });
    const { log, messages } = keptLog();
    const { source } = await startReading({ topic, group, connection: testKafka({ log }) });
    const refused = /^group .* has members that are no Millrace consumers.* see docs\/migrating.md;/;
    await vi.waitFor(() => expect(messages.filter((each) => refused.test(each))).toHaveLength(2), patience);
    expect(source.notReady()).toBeDefined();
    await foreign.disconnect();
    close();
    await joined(source);
    expect(source.notReady()).toBeUndefined();
  });
});
