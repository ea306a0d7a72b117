import type { Commit } from '@millrace/messaging';
import type { BrokerMetadata, Cluster } from 'kafkajs';

/** A partition by name. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** What Kafka knows of a partition, and of a group in it. */
export interface PartitionOffsets extends TopicPartition {
  /** Undefined where the group has none. */
  readonly committed: Commit | undefined;
  /** The oldest offset that is still there. */
  readonly logStart: number;
  /** One past the last record. */
  readonly logEnd: number;
  /** Cluster, topic and partition: what a mirror copies to another cluster is about another log. */
  readonly logId: string;
  /**
   * True where kafkajs has found the group's place out of range and has overwritten what was committed with "the oldest".
   * The group has read here before, so {@link committed} is then the oldest record, not undefined.
   */
  readonly wasReset: boolean;
}

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
  const [clusterId, committed, logStart, logEnd] = await Promise.all([
    readClusterId(cluster),
    readCommitted(cluster, groupId, partitions),
    readLogOffsets(cluster, partitions, 'start'),
    readLogOffsets(cluster, partitions, 'end'),
  ]);
  return partitions.map((named) => {
    const start = known(logStart, named);
    return {
      topic: named.topic,
      partition: named.partition,
      ...committedOf(known(committed, named), start),
      logStart: start,
      logEnd: known(logEnd, named),
      logId: [...clusterId, named.topic, named.partition].join(' '),
    };
  });
}

/** kafkajs hands over more of the answer than its types say. Brokers before 0.10.1 have no id. */
async function readClusterId(cluster: Cluster): Promise<readonly string[]> {
  const metadata: BrokerMetadata & { readonly clusterId?: string | null } = await cluster.metadata();
  return metadata.clusterId ? [metadata.clusterId] : [];
}

function committedOf({ offset, metadata }: Commit, logStart: number): Pick<PartitionOffsets, 'committed' | 'wasReset'> {
  if (offset >= 0) return { committed: { offset, metadata }, wasReset: false };
  if (offset === nothing) return { committed: undefined, wasReset: false };
  return { committed: { offset: logStart, metadata: '' }, wasReset: true };
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

async function readCommitted(
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

function known<Told>(offsets: ReadonlyMap<string, Told>, partition: TopicPartition): Told {
  const offset = offsets.get(partitionKey(partition));
  if (offset === undefined) throw new Error(`Kafka did not tell the offsets of ${partitionKey(partition)}`);
  return offset;
}
