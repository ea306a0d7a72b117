import { describe, expect, it, vi } from 'vitest';
import { ensureTopics } from '../topics/ensure-topics.ts';
import { startReading, write } from '../testing/reading-source.ts';
import { committedOffsets, keptLog, makeTopic, numbered, range, testKafka, uniqueName } from '../testing/test-kafka.ts';
import { withAdmin } from '../connection/with-admin.ts';

const kafka = testKafka();
const patience = { timeout: 20_000, interval: 20 };

/** What retention does: nothing below `offset` is left. */
async function deleteRecords(topic: string, offset: number): Promise<void> {
  await withAdmin(kafka, async (admin) => {
    // only after something like this does kafkajs know where the partition is
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: `${offset}` }] });
  });
}

/** Deletes the topic and makes it again, empty. */
async function makeAnew(topic: string): Promise<void> {
  await withAdmin(kafka, (admin) => admin.deleteTopics({ topics: [topic] }));
  await vi.waitFor(async () => {
    await ensureTopics(kafka, [{ name: topic, partitions: 1, groups: [] }]);
    const [partition] = await withAdmin(kafka, (admin) => admin.fetchTopicOffsets(topic));
    expect(partition).toMatchObject({ high: '0' });
  }, patience);
}

/** Sets what a group has committed, as tools and MirrorMaker do. */
async function setCommit(groupId: string, topic: string, offset: number): Promise<void> {
  const partitions = [{ partition: 0, offset: `${offset}` }];
  await withAdmin(kafka, (admin) => admin.setOffsets({ groupId, topic, partitions }));
}

describe('what is stored beside an offset', () => {
  it('may have 4,094 characters after the number of partitions; with one more the offset is stored alone, and the others of the same request as they are', async () => {
    const topic = await makeTopic(kafka, 3);
    const group = uniqueName();
    await write(topic, 0, 60);
    const { sink, source } = await startReading({ topic, group, commits: 'never' });
    await vi.waitFor(() => expect(sink.numbers).toHaveLength(60), patience);
    const commits = ['é'.repeat(4_094), 'm'.repeat(4_095), 'm'].map((metadata) => ({ offset: 2, metadata }));
    const results = commits.map((commit, partition) => sink.leases.get(partition)!.commit(commit));
    await Promise.all(results);
    await source.stop();
    const next = await startReading({ topic, group });
    await vi.waitFor(() => expect(next.sink.leases.size).toBe(3), patience);
    const read = range(0, 3).map((partition) => next.sink.leases.get(partition)?.committed);
    expect(read).toEqual([commits[0], { offset: 2, metadata: '' }, commits[2]]);
  });
});

describe('where a group begins', () => {
  it('is told with where the log ends, open transactions included', async () => {
    const topic = await makeTopic(kafka);
    const group = uniqueName();
    await write(topic, 0, 5);
    const { kafka: client, close } = kafka.open({ retries: 5 });
    const producer = client.producer({ transactionalId: uniqueName(), idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: numbered(topic, 5, 8).map(({ key, value }) => ({ key, value })) });
    const { sink } = await startReading({ topic, group });
    await vi.waitFor(() => expect(sink.numbers).toEqual(range(0, 5)), patience);
    expect(sink.leases.get(0)).toMatchObject({ logEnd: 8 });
    await transaction.commit();
    close();
    await vi.waitFor(() => expect(sink.numbers).toEqual(range(0, 8)), patience);
  });

  it('after retention has deleted records that were not read, it goes on with the oldest, and says so', async () => {
    const topic = await makeTopic(kafka);
    const group = uniqueName();
    const { log, messages } = keptLog();
    await write(topic, 0, 30);
    await setCommit(group, topic, 5);
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
    expect(sink.deletions).toEqual([
      [5, 10],
      [30, 50],
    ]);
    expect(lease.signal.aborted).toBe(false);
    await vi.waitFor(async () => expect(await committedOffsets(kafka, group, topic)).toEqual([60]), patience);
  });

  it('is the oldest record when kafkajs has forgotten its place, and that is said', async () => {
    const topic = await makeTopic(kafka);
    const group = uniqueName();
    const { log, messages } = keptLog();
    await write(topic, 0, 30);
    await deleteRecords(topic, 10);
    await setCommit(group, topic, 5);
    const { kafka: client, close } = kafka.open({ retries: 5 });
    const other = client.consumer({ groupId: group });
    await other.connect();
    await other.subscribe({ topic, fromBeginning: true });
    const forgotten = Promise.withResolvers<void>();
    await other.run({ autoCommit: false, eachBatch: async () => forgotten.resolve() });
    await forgotten.promise;
    await other.disconnect();
    close();
    expect(await committedOffsets(kafka, group, topic)).toEqual([-2]);
    const { sink } = await startReading({ topic, group, connection: testKafka({ log }) });
    await vi.waitFor(() => expect(sink.numbers).toEqual(range(10, 30)), patience);
    expect(sink.leases.get(0)?.committed).toEqual({ offset: 10, metadata: '' });
    expect(messages).toContain('the place of the group is lost: it was out of range');
  });

  it('is told when the topic was made anew meanwhile, and ends before its commit', async () => {
    const topic = await makeTopic(kafka);
    const group = uniqueName();
    await write(topic, 0, 30);
    const first = await startReading({ topic, group, commits: 'never' });
    await vi.waitFor(() => expect(first.sink.numbers).toHaveLength(30), patience);
    await first.sink.leases.get(0)!.commit({ offset: 20, metadata: 'map' });
    await first.source.stop();
    await makeAnew(topic);
    // Kafka forgets a group's commits in a topic that is deleted; a copy of them, as MirrorMaker keeps it, does not.
    await setCommit(group, topic, 20);
    await write(topic, 100, 105);
    const second = await startReading({ topic, group, from: ({ logStart }) => logStart });
    await vi.waitFor(() => expect(second.sink.numbers).toEqual(range(100, 105)), patience);
    expect(second.sink.leases.get(0)).toMatchObject({ committed: { offset: 20 }, logStart: 0, logEnd: 5 });
  });
});
