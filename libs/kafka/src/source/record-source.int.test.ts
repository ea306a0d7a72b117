import type { RecordSource } from '@millrace/messaging';
import { AssignerProtocol, type PartitionAssigner, PartitionAssigners } from 'kafkajs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ensureTopics } from '../topics/ensure-topics.ts';
import { createRecordProducer } from '../producer/record-producer.ts';
import { createRecordSource } from './record-source.ts';
import { RememberingSink } from '../testing/remembering-sink.ts';
import { startReading, write } from '../testing/reading-source.ts';
import { keptLog, makeTopic, numbered, range, testKafka, uniqueName } from '../testing/test-kafka.ts';

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

/** A transaction of a producer of its own that has written, and not ended. */
async function begin(topic: string, from: number, to: number) {
  const { kafka: client, close } = kafka.open({ retries: 5 });
  onTestFinished(close);
  const producer = client.producer({ transactionalId: uniqueName(), idempotent: true, maxInFlightRequests: 1 });
  await producer.connect();
  const transaction = await producer.transaction();
  await transaction.send({ topic, messages: numbered(topic, from, to).map(({ key, value }) => ({ key, value })) });
  return transaction;
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

  it('has one buffer for what the headers of records that lie together say alike', async () => {
    const topic = await makeTopic(kafka);
    const { sink } = await startReading({ topic, group: uniqueName() });
    const producer = createRecordProducer(kafka);
    await producer.start();
    const records = numbered(topic, 0, 2).map((record) => ({ ...record, headers: { type: 'gleich für alle' } }));
    await producer.send(records);
    await producer.stop();
    await vi.waitFor(() => expect(sink.numbers).toEqual([0, 1]), patience);
    const [one, other] = sink.deliveries.map(({ record }) => record.headers['type']);
    expect(one).toEqual(Buffer.from('gleich für alle'));
    expect(other).toBe(one);
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

  it('delivers nothing of aborted transactions that overlap, in whatever order they end', async () => {
    const topic = await makeTopic(kafka);
    const [one, other] = [await begin(topic, 0, 5), await begin(topic, 5, 10)];
    await other.abort();
    await one.abort();
    await transact(topic, [{ from: 10, to: 12, outcome: 'commit' }]);
    const { sink } = await startReading({ topic, group: uniqueName() });
    await vi.waitFor(() => expect(sink.numbers).toContain(11), patience);
    expect(sink.numbers).toEqual([10, 11]);
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
