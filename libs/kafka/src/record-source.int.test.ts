import type { RecordSource, StartAt } from '@millrace/messaging';
import { AssignerProtocol, type PartitionAssigner, PartitionAssigners } from 'kafkajs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ensureTopics } from './ensure-topics.ts';
import type { KafkaConnection } from './kafka-connection.ts';
import { createRecordProducer } from './record-producer.ts';
import { createRecordSource } from './record-source.ts';
import { RememberingSink } from './remembering-sink.test-support.ts';
import { committedOffsets, keptLog, makeTopic, numbered, range, testKafka, uniqueName } from './kafka.test-support.ts';
import { withAdmin } from './with-admin.ts';

const kafka = testKafka();
const stops: (() => Promise<void>)[] = [];
const patience = { timeout: 20_000, interval: 20 };

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

interface Reading {
  readonly topic: string;
  readonly group: string;
  readonly startAt?: StartAt;
  readonly commits?: 'at once' | 'never';
  readonly connection?: KafkaConnection;
}

async function startReading({ topic, group, startAt = 'earliest', commits = 'at once', connection = kafka }: Reading) {
  const sink = new RememberingSink({ commits });
  const source = createRecordSource(connection, { group, topics: [topic], startAt });
  stops.push(() => source.stop());
  await source.start(sink);
  return { sink, source };
}

async function joined(source: RecordSource): Promise<void> {
  await vi.waitFor(() => expect(source.notReady()).toBeUndefined(), patience);
}

async function write(topic: string, from: number, to: number): Promise<void> {
  const producer = createRecordProducer(kafka);
  await producer.start();
  await producer.send(numbered(topic, from, to));
  await producer.stop();
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

/** What retention does: nothing below `offset` is left. */
async function deleteRecords(topic: string, offset: number): Promise<void> {
  await withAdmin(kafka, async (admin) => {
    // only after something like this does kafkajs know where the partition is
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: `${offset}` }] });
  });
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
    expect(source.progress()).toEqual([{ topic, partition: 0, endOffset: 600 }]);
  });

  it('goes on at the committed offset after a restart', async () => {
    const topic = await makeTopic(kafka);
    const group = uniqueName();
    await write(topic, 0, 10);
    const first = await startReading({ topic, group, commits: 'never' });
    await vi.waitFor(() => expect(first.sink.numbers).toHaveLength(10), patience);
    await first.sink.leases.get(0)!.commit(4);
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
    await lease.commit(3);
    await source.stop();
    expect(sink.ended).toEqual([lease]);
    expect(lease.signal.aborted).toBe(true);
    await expect(lease.commit(9)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(await committedOffsets(kafka, group, topic)).toEqual([3]);
  });

  it('commits the leases of many partitions at once', async () => {
    const topic = await makeTopic(kafka, 6);
    const group = uniqueName();
    await write(topic, 0, 60);
    const { sink } = await startReading({ topic, group, commits: 'never' });
    await vi.waitFor(() => expect(sink.numbers).toHaveLength(60), patience);
    await Promise.all([...sink.leases.values()].map((lease) => lease.commit(lease.partition + 1)));
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
    expect(source.progress()).toEqual([{ topic, partition: 0, endOffset: end }]);
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
    const source = createRecordSource(testKafka({ log }), { group, topics: [topic], startAt: 'earliest' });
    stops.push(() => source.stop());
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
    const complaint = 'consumer lost its place in the group; it joins again';
    await vi.waitFor(() => expect(messages.filter((each) => each === complaint)).toHaveLength(2), patience);
    expect(source.notReady()).toBeDefined();
    await foreign.disconnect();
    close();
    await joined(source);
    expect(source.notReady()).toBeUndefined();
  });
});

describe('where a group begins', () => {
  it('with "latest" it hears only what comes after it has joined, and forgets nothing of that in a restart', async () => {
    const topic = await makeTopic(kafka);
    const group = uniqueName();
    await write(topic, 0, 10);
    const first = await startReading({ topic, group, startAt: 'latest', commits: 'never' });
    await vi.waitFor(() => expect(first.sink.leases.size).toBe(1), patience);
    await write(topic, 10, 15);
    await vi.waitFor(() => expect(first.sink.numbers).toEqual(range(10, 15)), patience);
    await vi.waitFor(async () => expect(await committedOffsets(kafka, group, topic)).toEqual([10]), patience);
    await first.source.stop();
    await write(topic, 15, 20);
    const second = await startReading({ topic, group, startAt: 'latest' });
    await vi.waitFor(() => expect(second.sink.numbers).toEqual(range(10, 20)), patience);
  });

  it('with "committed" it reads nothing of a partition where the group has committed nothing, and says so', async () => {
    const topic = await makeTopic(kafka, 2);
    const group = uniqueName();
    await withAdmin(kafka, (admin) =>
      admin.setOffsets({ groupId: group, topic, partitions: [{ partition: 1, offset: '2' }] }),
    );
    await write(topic, 0, 40);
    const { log, messages } = keptLog();
    const connection = testKafka({ log });
    const { sink, source } = await startReading({ topic, group, startAt: 'committed', connection });
    await vi.waitFor(() => expect(sink.numbers.length).toBeGreaterThan(0), patience);
    expect(source.notReady()).toBe(`the group has no committed offset in ${topic}/0, and startAt is 'committed'`);
    expect([...sink.leases.keys()]).toEqual([1]);
    expect(Math.min(...sink.deliveries.map(({ record }) => record.offset))).toBe(2);
    expect(messages).toContain('the group has no committed offset here and may not choose one: not read');
  });

  it('after retention has deleted records that were not read, it goes on with the oldest, and says so', async () => {
    const topic = await makeTopic(kafka);
    const group = uniqueName();
    const { log, messages } = keptLog();
    await write(topic, 0, 30);
    await withAdmin(kafka, (admin) =>
      admin.setOffsets({ groupId: group, topic, partitions: [{ partition: 0, offset: '5' }] }),
    );
    await deleteRecords(topic, 10);
    const { sink } = await startReading({ topic, group, connection: testKafka({ log }) });
    await vi.waitFor(() => expect(sink.numbers).toEqual(range(10, 30)), patience);
    const lost = 'records were deleted by retention before the group had read them';
    expect(messages.filter((message) => message === lost)).toHaveLength(1);

    const lease = sink.leases.get(0)!;
    lease.pause();
    await write(topic, 30, 60);
    await deleteRecords(topic, 50);
    lease.resume();
    await vi.waitFor(() => expect(sink.numbers).toEqual([...range(10, 30), ...range(50, 60)]), patience);
    expect(messages.filter((message) => message === lost)).toHaveLength(2);
    expect(lease.signal.aborted).toBe(false);
    await vi.waitFor(async () => expect(await committedOffsets(kafka, group, topic)).toEqual([60]), patience);
  });
});
