import { ConfigResourceTypes } from 'kafkajs';
import { expect, it } from 'vitest';
import { keptLog, testKafka, uniqueName } from '../testing/test-kafka.ts';
import { TopicRetention } from './topic-retention.ts';
import { withAdmin } from '../connection/with-admin.ts';

const kafka = testKafka();

async function topicWith(settings: Readonly<Record<string, string>>): Promise<string> {
  const topic = uniqueName();
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  await withAdmin(kafka, (admin) => admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }] }));
  return topic;
}

it('is what the topic is set to, and undefined where records are kept for good', async () => {
  const kept = await topicWith({ 'retention.ms': '86400000' });
  const forGood = await topicWith({ 'retention.ms': '-1' });
  const compacted = await topicWith({ 'retention.ms': '86400000', 'cleanup.policy': 'compact' });
  const both = await topicWith({ 'retention.ms': '3600000', 'cleanup.policy': 'compact,delete' });
  const topics = [kept, forGood, compacted, both];
  const retention = new TopicRetention({ connection: kafka, topics, log: keptLog().log });
  expect(retention.of(kept)).toBeUndefined();
  expect(await retention.read()).toBe(true);
  expect(topics.map((topic) => retention.of(topic))).toEqual([86_400_000, undefined, undefined, 3_600_000]);
});

it('follows a change, and names a topic that deletes by size once', async () => {
  const name = await topicWith({ 'retention.ms': '86400000', 'retention.bytes': '1000000' });
  const { log, messages } = keptLog();
  const retention = new TopicRetention({ connection: kafka, topics: [name], log });
  await retention.read();
  const configEntries = [
    { name: 'retention.ms', value: '60000' },
    { name: 'retention.bytes', value: '1000000' },
  ];
  const resources = [{ type: ConfigResourceTypes.TOPIC, name, configEntries }];
  await withAdmin(kafka, (admin) => admin.alterConfigs({ validateOnly: false, resources }));
  const readAgain = async () => {
    await retention.read();
    return retention.of(name);
  };
  await expect.poll(readAgain, { timeout: 20_000 }).toBe(60_000);
  expect(messages).toEqual(['deletes by size, too: when cannot be foretold']);
});

it('is not known of a topic that does not exist, and of the others all the same', async () => {
  const topic = await topicWith({ 'retention.ms': '1000' });
  const retention = new TopicRetention({ connection: kafka, topics: [uniqueName(), topic], log: keptLog().log });
  expect(await retention.read()).toBe(true);
  expect(retention.of(topic)).toBe(1_000);
});
