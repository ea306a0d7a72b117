import { describe, expect, it, vi } from 'vitest';
import { checkBroker } from '../connection/check-broker.ts';
import { ensureTopics } from './ensure-topics.ts';
import { testKafka, uniqueName } from '../testing/test-kafka.ts';
import { withAdmin } from '../connection/with-admin.ts';

const kafka = testKafka();

/** Returns when they are known. */
async function giveMorePartitions(topic: string, count: number): Promise<void> {
  await withAdmin(kafka, async (admin) => {
    await admin.createPartitions({ topicPartitions: [{ topic, count }] });
    await vi.waitFor(async () => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      expect(topics[0]?.partitions).toHaveLength(count);
    });
  });
}

describe('ensuring topics', () => {
  it('makes each topic with one for dead letters and one for replays per group, and finds them the next time', async () => {
    const name = uniqueName();
    const wanted = [{ name, partitions: 3, groups: ['mail', 'track'] }];
    const names = [name, ...['mail.dlq', 'track.dlq', 'mail.replay', 'track.replay'].map((end) => `${name}.${end}`)];
    const made = await ensureTopics(kafka, wanted);
    expect(made.slice(0, -1)).toEqual(names.map((topic) => ({ name: topic, partitions: 3, state: 'created' })));
    expect(made.at(-1)).toMatchObject({ name: 'millrace.dlq-decisions', partitions: 1 });
    const { topics } = await withAdmin(kafka, (admin) => admin.fetchTopicMetadata({ topics: names }));
    expect(topics.map(({ partitions }) => partitions.length)).toEqual([3, 3, 3, 3, 3]);
    const again = await ensureTopics(kafka, wanted);
    expect(again.map(({ state }) => state)).toEqual(again.map(() => 'existed'));
  });

  it('keeps decisions about dead letters for good', async () => {
    await ensureTopics(kafka, [{ name: uniqueName(), partitions: 1, groups: ['mail'] }]);
    const { resources } = await withAdmin(kafka, (admin) =>
      admin.describeConfigs({ includeSynonyms: false, resources: [{ type: 2, name: 'millrace.dlq-decisions' }] }),
    );
    const policy = resources[0]?.configEntries.find(({ configName }) => configName === 'cleanup.policy');
    expect(policy?.configValue).toBe('compact');
  });

  it('has replays grow with their topic, whose own partitions and those of dead letters stay as they are', async () => {
    const name = uniqueName();
    const wanted = [{ name, partitions: 2, groups: ['mail'] }];
    await ensureTopics(kafka, wanted);
    await giveMorePartitions(name, 5);
    const found = await ensureTopics(kafka, wanted);
    expect(found.slice(0, 3)).toEqual([
      { name, partitions: 5, state: 'existed' },
      { name: `${name}.mail.dlq`, partitions: 2, state: 'existed' },
      { name: `${name}.mail.replay`, partitions: 5, state: 'got more partitions' },
    ]);
  });

  it('has replays grow once where several find them too narrow', async () => {
    const name = uniqueName();
    const wanted = [{ name, partitions: 2, groups: ['mail'] }];
    await ensureTopics(kafka, wanted);
    await giveMorePartitions(name, 12);
    const reports = await Promise.all([1, 2, 3].map(() => ensureTopics(kafka, wanted)));
    expect(reports.map(([, , replays]) => replays?.partitions)).toEqual([12, 12, 12]);
  });

  it('may run several times at once', async () => {
    const name = uniqueName();
    const wanted = [{ name, partitions: 2, groups: [] }];
    const reports = await Promise.all([1, 2, 3].map(() => ensureTopics(kafka, wanted)));
    expect(reports.flat().map(({ partitions }) => partitions)).toEqual([2, 2, 2]);
    expect(reports.flat().filter(({ state }) => state === 'created')).toHaveLength(1);
  });

  it('leaves a topic with fewer partitions as it is, and says so', async () => {
    const name = uniqueName();
    await ensureTopics(kafka, [{ name, partitions: 2, groups: [] }]);
    expect(await ensureTopics(kafka, [{ name, partitions: 5, groups: [] }])).toEqual([
      { name, partitions: 2, state: 'has fewer partitions than asked for' },
    ]);
  });

  it('says why a topic cannot be made', async () => {
    const wanted = [{ name: uniqueName(), partitions: 1, groups: [] }];
    await expect(ensureTopics(kafka, wanted, { replicationFactor: 99 })).rejects.toThrow(
      /^topic test-\w+ could not be created: .*replication factor 99/i,
    );
  });
});

describe('checking for a broker', () => {
  it('counts the brokers', async () => {
    expect(await checkBroker(kafka)).toBeGreaterThanOrEqual(1);
  });

  it('names the address and the reason where there is none', async () => {
    const nowhere = testKafka({ brokers: '127.0.0.1:1' });
    await expect(checkBroker(nowhere, { timeoutMs: 2_000 })).rejects.toMatchObject({
      code: 'BROKER_UNAVAILABLE',
      message: 'no Kafka at 127.0.0.1:1 in 2000 ms: Connection error: connect ECONNREFUSED 127.0.0.1:1',
    });
    await expect(ensureTopics(nowhere, [])).rejects.toMatchObject({ code: 'BROKER_UNAVAILABLE' });
  });
});
