import { expect, it, onTestFinished } from 'vitest';
import { createRecordProducer } from '../producer/record-producer.ts';
import { makeTopic, numbered, testKafka, uniqueName } from '../testing/test-kafka.ts';
import { TopicRig } from '../testing/topic-rig.ts';
import { LagReader } from './lag-reader.ts';

const kafka = testKafka();

function reader(group: string, topics: readonly string[]): LagReader {
  const created = new LagReader({ connection: kafka, group, topics, metadataMaxAgeMs: 30_000 });
  onTestFinished(() => created.close());
  return created;
}

it('tells what a group has still to do in each partition, whoever has it', async () => {
  const rig = await TopicRig.make(kafka, [[1], [1], [1]]);
  onTestFinished(() => rig.close());
  const group = uniqueName();
  await rig.write(0, 100);
  await rig.write(1, 50);
  await rig.setCommit(group, 0, 30);
  const lags = reader(group, [rig.topic]);
  const lagOf = (partition: number, lag: number) => ({ topic: rig.topic, partition, lag });
  expect(await lags.read()).toEqual([lagOf(0, 70), lagOf(1, 50), lagOf(2, 0)]);
  await rig.deleteRecords(1, 20);
  await rig.write(2, 5);
  await rig.setCommit(group, 0, 100);
  expect(await lags.read()).toEqual([lagOf(0, 0), lagOf(1, 30), lagOf(2, 5)]);
});

it('reads of several topics, and again after a failure', async () => {
  const topics = [await makeTopic(kafka, 2), await makeTopic(kafka)];
  const producer = createRecordProducer(kafka);
  await producer.start();
  await producer.send(numbered(topics[0] ?? '', 0, 40));
  await producer.stop();
  const lags = reader(uniqueName(), topics);
  const all = await lags.read();
  expect(all).toHaveLength(3);
  expect(all.reduce((sum, { lag }) => sum + lag, 0)).toBe(40);
  const missing = reader(uniqueName(), [uniqueName()]);
  await expect(missing.read()).rejects.toThrow('does not host this topic');
  await expect(missing.read()).rejects.toThrow('does not host this topic');
});

it('reads nothing once it is closed', async () => {
  const lags = reader(uniqueName(), [await makeTopic(kafka)]);
  await lags.read();
  lags.close();
  await expect(lags.read()).rejects.toThrow('closed');
});
