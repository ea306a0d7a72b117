import { setTimeout as delay } from 'node:timers/promises';
import { type PartitionLease, type RecordSink, replayTopicOf } from '@millrace/messaging';
import { partitionKey } from '@millrace/messaging/membership';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createRecordProducer } from '../producer/record-producer.ts';
import { shortSettings } from '../testing/short-settings.ts';
import { makeTopic, numbered, testKafka, uniqueName } from '../testing/test-kafka.ts';
import { ensureTopics } from '../topics/ensure-topics.ts';
import { createRecordSource } from './record-source.ts';

const partitions = 4;
const eachPartition = [0, 1, 2, 3];

/** What each member of a group holds; a partition is let go of some time after it was asked for. */
class Holdings {
  /** Names of members by partition. */
  readonly held = new Map<string, string>();
  readonly values: string[] = [];
  /** What must not be: somebody at work on one of two partitions of a number while another has the other. */
  readonly apart: string[] = [];
  readonly #topics: readonly [string, string];

  constructor(topic: string, group: string) {
    this.#topics = [topic, replayTopicOf(topic, group)];
  }

  sinkOf(member: string, releaseAfterMs: (lease: PartitionLease) => number): RecordSink {
    return {
      granted: (lease) => {
        this.held.set(partitionKey(lease), member);
        lease.readFrom(lease.committed?.offset ?? 0);
        this.#look(lease.partition);
      },
      records: (lease, records, coveredTo) => {
        for (const { value } of records) this.values.push(String(value));
        lease.commit({ offset: coveredTo, metadata: '' }).catch(() => undefined);
      },
      revoking: (lease) => void delay(releaseAfterMs(lease)).then(() => lease.release()),
      revoked: (lease) => {
        if (this.held.get(partitionKey(lease)) === member) this.held.delete(partitionKey(lease));
      },
    };
  }

  /** Members by partition: of the topic, and of its replays. */
  get owners(): readonly (string | undefined)[][] {
    return this.#topics.map((topic) =>
      eachPartition.map((partition) => this.held.get(partitionKey({ topic, partition }))),
    );
  }

  #look(partition: number): void {
    const [one, other] = this.#topics.map((topic) => this.held.get(partitionKey({ topic, partition })));
    if (one && other && one !== other) this.apart.push(`partition ${partition}: ${one} and ${other}`);
  }
}

async function startMember(
  holdings: Holdings,
  { topic, group, name }: { readonly topic: string; readonly group: string; readonly name: string },
  releaseAfterMs: (lease: PartitionLease) => number = () => 0,
) {
  const replays = new Map([[replayTopicOf(topic, group), topic]]);
  const settings = { ...shortSettings, metadataMaxAgeMs: 500 };
  const source = createRecordSource(testKafka(), { group, topics: [topic], replays }, settings);
  onTestFinished(() => source.stop());
  await source.start(holdings.sinkOf(name, releaseAfterMs));
  return source;
}

async function write(topic: string, from: number, to: number): Promise<void> {
  const producer = createRecordProducer(testKafka());
  await producer.start();
  await producer.send(numbered(topic, from, to));
  await producer.stop();
}

it('reads replays as soon as there is a topic for them, and the topic itself before', async () => {
  const [group, topic] = [uniqueName(), await makeTopic(testKafka(), partitions)];
  const holdings = new Holdings(topic, group);
  await startMember(holdings, { topic, group, name: 'a' });
  await write(topic, 0, 20);
  await vi.waitFor(() => expect(holdings.values).toHaveLength(20), { timeout: 30_000 });
  await ensureTopics(testKafka(), [{ name: replayTopicOf(topic, group), partitions, groups: [] }]);
  await write(replayTopicOf(topic, group), 20, 30);
  await vi.waitFor(() => expect(new Set(holdings.values).size).toBe(30), { timeout: 30_000 });
});

it('gives the partitions of a number to one member, also while members come and go', async () => {
  const [group, topic] = [uniqueName(), await makeTopic(testKafka(), partitions)];
  await ensureTopics(testKafka(), [{ name: replayTopicOf(topic, group), partitions, groups: [] }]);
  const holdings = new Holdings(topic, group);
  const together = (members: readonly string[]) =>
    vi.waitFor(
      () => {
        const [of, ofReplays] = holdings.owners;
        expect(of).toEqual(ofReplays);
        expect(of?.filter((owner) => owner !== undefined)).toHaveLength(partitions);
        expect(new Set(of)).toEqual(new Set(members));
      },
      { timeout: 30_000 },
    );
  // Replays take longer to finish: the topic's own partition is free before them.
  const slowReplays = ({ topic: of }: PartitionLease) => (of === topic ? 10 : 700);
  await startMember(holdings, { topic, group, name: 'a' }, slowReplays);
  await together(['a']);
  const second = await startMember(holdings, { topic, group, name: 'b' }, slowReplays);
  await together(['a', 'b']);
  await startMember(holdings, { topic, group, name: 'c' }, slowReplays);
  await together(['a', 'b', 'c']);
  await second.stop();
  await together(['a', 'c']);
  expect(holdings.apart).toEqual([]);
});
