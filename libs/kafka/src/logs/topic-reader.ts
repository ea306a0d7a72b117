import { type Commit, type KafkaRecord, ServiceError } from '@millrace/messaging';
import { decodePlace } from '@millrace/messaging/membership';
import type { Broker, Cluster } from 'kafkajs';
import type { FetchAnswer } from '../fetch/fetch-answer.ts';
import { recordsOf } from '../fetch/record-batches.ts';
import { readGroupOffsets, readLogOffsets } from '../group/group-offsets.ts';
import type { KafkaConnection } from '../connection/kafka-connection.ts';
import { protocolErrorOf, reasonOf } from '../connection/kafka-error.ts';
import { pause } from '../connection/pause.ts';
import { committedBatches } from './committed-batches.ts';
import { openCluster } from './open-cluster.ts';

/** Offsets of a partition, from `from` up to but not including `to`. */
export interface LogRange {
  readonly partition: number;
  readonly from: number;
  readonly to: number;
}

/** Reads what lies in topics at a moment, as nobody's consumer: it joins no group and commits nothing. */
export interface TopicReader {
  /** The names of all topics. */
  topics(): Promise<readonly string[]>;
  /** Where the logs of a topic begin and end now, open transactions included; empty where there is no such topic. */
  ranges(topic: string): Promise<readonly LogRange[]>;
  /**
   * Hands over the committed records of these ranges, in order of offset within each partition. An open transaction is waited
   * for, until it ends or Kafka ends it.
   */
  read(topic: string, ranges: readonly LogRange[], take: (records: readonly KafkaRecord[]) => void): Promise<void>;
  /** What a group has stored, by partition; partitions without are left out. */
  committed(group: string, topic: string): Promise<ReadonlyMap<number, Commit>>;
  close(): void;
}

const maxBytes = 4 * 1024 * 1024;
const readCommitted = 1;
const triesInARow = 5;
const againMs = 200;
/** Kafka ends those that nobody ends after their own timeout, of at most a minute as most clients have it. */
const longestTransactionMs = 90_000;

/** Rejects with `BROKER_UNAVAILABLE` where no broker answers. */
export async function openTopicReader(connection: KafkaConnection): Promise<TopicReader> {
  const { cluster, close } = await orUnavailable('Kafka could not be asked', () => openCluster(connection));
  const ask = <Answer>(what: string, work: () => Promise<Answer>) => orUnavailable(`${what} could not be read`, work);
  return {
    close,
    topics: () => ask('the list of topics', async () => namesOf(await cluster.metadata())),
    ranges: (topic) => ask(topic, () => rangesOf(cluster, topic)),
    read: (topic, ranges, take) =>
      ask(topic, async () => {
        await Promise.all(ranges.map((range) => readRange(cluster, topic, range, take)));
      }),
    committed: (group, topic) => ask(`what ${group} has done of ${topic}`, () => committedBy(cluster, group, topic)),
  };
}

async function orUnavailable<Answer>(what: string, work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    throw new ServiceError('BROKER_UNAVAILABLE', `${what}: ${reasonOf(error)}`, { cause: error });
  }
}

function namesOf({ topicMetadata }: Awaited<ReturnType<Cluster['metadata']>>): readonly string[] {
  return topicMetadata.map(({ topic }) => topic);
}

async function partitionsOf(cluster: Cluster, topic: string): Promise<{ topic: string; partition: number }[]> {
  try {
    await cluster.addTargetTopic(topic);
  } catch (error) {
    if (protocolErrorOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION') return [];
    throw error;
  }
  return cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => ({ topic, partition: partitionId }));
}

async function rangesOf(cluster: Cluster, topic: string): Promise<readonly LogRange[]> {
  const partitions = await partitionsOf(cluster, topic);
  if (partitions.length === 0) return [];
  const [starts, ends] = await Promise.all([
    readLogOffsets(cluster, partitions, 'start'),
    readLogOffsets(cluster, partitions, 'end'),
  ]);
  const ranges = partitions.map(({ partition }) => {
    const key = `${topic}/${partition}`;
    return { partition, from: starts.get(key) ?? 0, to: ends.get(key) ?? 0 };
  });
  return ranges.toSorted((a, b) => a.partition - b.partition);
}

async function committedBy(cluster: Cluster, group: string, topic: string): Promise<ReadonlyMap<number, Commit>> {
  const offsets = await readGroupOffsets(cluster, group, await partitionsOf(cluster, topic));
  return new Map(
    offsets.flatMap(({ partition, stored }): [number, Commit][] =>
      stored && stored.offset >= 0 ? [[partition, { ...stored, metadata: decodePlace(stored.metadata).metadata }]] : [],
    ),
  );
}

async function readRange(
  cluster: Cluster,
  topic: string,
  { partition, from, to }: LogRange,
  take: (records: readonly KafkaRecord[]) => void,
): Promise<void> {
  let next = from;
  let movedMs = performance.now();
  while (next < to) {
    const { records, end } = await fetchOnce(cluster, { topic, partition }, next);
    take(records.filter(({ offset }) => offset >= next && offset < to));
    if (end > next) movedMs = performance.now();
    else if (performance.now() - movedMs > longestTransactionMs) throw new Error(hanging(partition, next));
    next = end;
  }
}

function hanging(partition: number, offset: number): string {
  return `a transaction at offset ${offset} of partition ${partition} stays open (kafka-transactions.sh find-hanging)`;
}

/** Once, as far as that depends on us: a leader that has moved is found again. */
async function fetchOnce(
  cluster: Cluster,
  place: { readonly topic: string; readonly partition: number },
  next: number,
) {
  for (let tries = 1; ; tries++) {
    try {
      return await fetchFrom(cluster, place, next);
    } catch (error) {
      if (tries === triesInARow) throw error;
      await pause(againMs);
      await cluster.refreshMetadata();
    }
  }
}

async function fetchFrom(
  cluster: Cluster,
  { topic, partition }: { readonly topic: string; readonly partition: number },
  next: number,
): Promise<{ readonly records: readonly KafkaRecord[]; readonly end: number }> {
  const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
  if (nodeId === undefined) throw new Error(`partition ${partition} of ${topic} has no leader`);
  const broker: Broker = await cluster.findBroker({ nodeId });
  const partitions = [{ partition, fetchOffset: `${next}`, maxBytes }];
  const request = { isolationLevel: readCommitted, minBytes: 1, maxBytes, topics: [{ topic, partitions }] };
  const answer = (await broker.fetch(request)) as FetchAnswer;
  const fetched = answer.responses[0]?.partitions[0];
  if (!fetched) throw new Error(`the answer to a fetch of ${topic} says nothing of it`);
  const records = [...recordsOf(committedBatches(fetched))];
  const last = fetched.messages.at(-1);
  // Where nothing is left of what was there (compaction), the answer is empty although more could be read.
  return {
    records,
    end: last ? Math.max(next, Number(last.offset) + 1) : Math.max(next, Number(fetched.lastStableOffset)),
  };
}
