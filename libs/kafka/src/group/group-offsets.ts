import type { Commit } from '@millrace/messaging';
import { partitionKey, type PartitionOffsets, type TopicPartition } from '@millrace/messaging/membership';
import type { Cluster } from 'kafkajs';

/** A partition's part of an answer. */
interface PartitionAnswer {
  readonly partition: number;
  readonly offset: string;
  /** In answers about commits; null where none was given. */
  readonly metadata?: string | null;
}

interface TopicAnswer {
  readonly topic: string;
  readonly partitions: readonly PartitionAnswer[];
}

/** Kafka's name for "no commit". */
const nothing = -1;

/** What group `groupId` has stored, and from where to where logs go, of those partitions of which all is known now. */
export async function readGroupOffsets(
  cluster: Cluster,
  groupId: string,
  partitions: readonly TopicPartition[],
): Promise<readonly PartitionOffsets[]> {
  const [clusterId, stored, starts, ends] = await Promise.all([
    readClusterId(cluster, [...new Set(partitions.map(({ topic }) => topic))]),
    readStored(cluster, groupId, partitions),
    readLogOffsets(cluster, partitions, 'start'),
    readLogOffsets(cluster, partitions, 'end'),
  ]);
  return partitions.flatMap(({ topic, partition }) => {
    const key = partitionKey({ topic, partition });
    const [place, logStart, logEnd] = [stored.get(key), starts.get(key), ends.get(key)];
    if (!place || logStart === undefined || logEnd === undefined) return [];
    const logId = [...clusterId, topic, partition].join(' ');
    return [{ topic, partition, stored: place.offset === nothing ? undefined : place, logStart, logEnd, logId }];
  });
}

/** kafkajs asks and hands over more than its types say. Brokers before 0.10.1 have no id. */
interface MetadataOfTopics {
  metadata(of: { readonly topics: readonly string[] }): Promise<{ readonly clusterId?: string | null }>;
}

const clusterIds = new WeakMap<Cluster, readonly string[]>();

/** Asked once, and about `topics` alone, since kafkajs asks about all topics of the cluster where none is named. */
async function readClusterId(cluster: Cluster, topics: readonly string[]): Promise<readonly string[]> {
  const known = clusterIds.get(cluster);
  if (known) return known;
  const { clusterId } = await (cluster as MetadataOfTopics).metadata({ topics });
  const read = clusterId ? [clusterId] : [];
  clusterIds.set(cluster, read);
  return read;
}

/** Where the partitions' logs end, or start; those without a leader are left out. */
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
  return byPartition(await withOpenTransactions(cluster).fetchTopicsOffset(topics), ({ offset }) => Number(offset));
}

/**
 * The cluster, asked as by a reader of uncommitted records. For others a log ends where its oldest open transaction begins,
 * which may be below what a group has committed (reset "to the latest", say) without the log being any shorter.
 */
function withOpenTransactions(cluster: Cluster): Cluster {
  return Object.create(cluster, { isolationLevel: { value: 0 } }) as Cluster;
}

/** What the group has stored, by partition; an offset of -1 where it has nothing. */
export async function readStored(
  cluster: Cluster,
  groupId: string,
  partitions: readonly TopicPartition[],
): Promise<ReadonlyMap<string, Commit>> {
  const coordinator = await cluster.findGroupCoordinator({ groupId });
  const { responses } = await coordinator.offsetFetch({
    groupId,
    topics: byTopic(partitions).map(([topic, items]) => ({
      topic,
      // the type asks for an offset, the request has none
      partitions: items.map(({ partition }) => ({ partition, offset: '' })),
    })),
  });
  const answers: readonly TopicAnswer[] = responses;
  return byPartition(answers, ({ offset, metadata }) => ({ offset: Number(offset), metadata: metadata ?? '' }));
}

function byTopic(partitions: readonly TopicPartition[]): [string, TopicPartition[]][] {
  return [...Map.groupBy(partitions, ({ topic }) => topic)];
}

function byPartition<Told>(
  topics: readonly TopicAnswer[],
  told: (answer: PartitionAnswer) => Told,
): ReadonlyMap<string, Told> {
  return new Map(
    topics.flatMap(({ topic, partitions }) =>
      partitions.map((answer): [string, Told] => [partitionKey({ topic, partition: answer.partition }), told(answer)]),
    ),
  );
}
