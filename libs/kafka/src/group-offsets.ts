import type { Cluster } from 'kafkajs';
import type { PartitionOffsets } from './start-position.ts';

/** A partition by name. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

interface OffsetsOfTopic {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
}

/** Identifies a partition in maps and sets. */
export function partitionKey({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

/** Reads what group `groupId` has committed, and from where to where the partitions' logs go. Rejects unless all is known. */
export async function readGroupOffsets(
  cluster: Cluster,
  groupId: string,
  partitions: readonly TopicPartition[],
): Promise<readonly PartitionOffsets[]> {
  const [committed, logStart, logEnd] = await Promise.all([
    readCommitted(cluster, groupId, partitions),
    readLogOffsets(cluster, partitions, 'start'),
    readLogOffsets(cluster, partitions, 'end'),
  ]);
  return partitions.map(({ topic, partition }) => {
    const of = (offsets: ReadonlyMap<string, number>) => known(offsets, { topic, partition });
    return { topic, partition, committed: of(committed), logStart: of(logStart), logEnd: of(logEnd) };
  });
}

/** Where the partitions' logs end, or start, for a reader of committed records; those without a leader are left out. */
export async function readLogOffsets(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  which: 'start' | 'end',
): Promise<ReadonlyMap<string, number>> {
  const topics = byTopic(partitions).map(([topic, items]) => ({
    topic,
    fromBeginning: which === 'start',
    partitions: items.map(({ partition }) => ({ partition })),
  }));
  return offsetMap(await cluster.fetchTopicsOffset(topics));
}

async function readCommitted(
  cluster: Cluster,
  groupId: string,
  partitions: readonly TopicPartition[],
): Promise<ReadonlyMap<string, number>> {
  const coordinator = await cluster.findGroupCoordinator({ groupId });
  const { responses } = await coordinator.offsetFetch({
    groupId,
    topics: byTopic(partitions).map(([topic, items]) => ({
      topic,
      // the type asks for an offset, the request has none
      partitions: items.map(({ partition }) => ({ partition, offset: '' })),
    })),
  });
  return offsetMap(responses);
}

function byTopic(partitions: readonly TopicPartition[]): [string, TopicPartition[]][] {
  return [...Map.groupBy(partitions, ({ topic }) => topic)];
}

function offsetMap(topics: readonly OffsetsOfTopic[]): ReadonlyMap<string, number> {
  return new Map(
    topics.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, offset }): [string, number] => [partitionKey({ topic, partition }), Number(offset)]),
    ),
  );
}

function known(offsets: ReadonlyMap<string, number>, partition: TopicPartition): number {
  const offset = offsets.get(partitionKey(partition));
  if (offset === undefined) throw new Error(`Kafka did not tell the offsets of ${partitionKey(partition)}`);
  return offset;
}
