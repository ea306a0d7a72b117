import type { TopicPartition } from '@millrace/messaging/membership';
import type { Broker, Cluster } from 'kafkajs';
import { isConnectionFailure } from '../connection/kafka-error.ts';
import { pause } from '../connection/pause.ts';

const searchAgainMs = 300;

type OffsetCommit = (request: Parameters<Broker['offsetCommit']>[0]) => Promise<unknown>;

/**
 * Mends two things in how kafkajs deals with the group's coordinator. It takes some failures to connect to it for final, just
 * when the coordinator moves or restarts: here the search goes on. And where a position is out of range it commits "the
 * oldest" over the group's place and all that is stored beside it: here `outOfRange` is told instead, and nothing is stored.
 */
export function guardCoordinator(
  cluster: Cluster,
  { closed, outOfRange }: { readonly closed: () => boolean; readonly outOfRange: (partition: TopicPartition) => void },
): void {
  const find = cluster.findGroupCoordinator.bind(cluster);
  const guarded = new WeakSet<Broker>();
  cluster.findGroupCoordinator = async (group) => {
    const coordinator = await searched(cluster, () => find(group), closed);
    if (guarded.has(coordinator)) return coordinator;
    guarded.add(coordinator);
    coordinator.offsetCommit = withoutPlaceholders(coordinator.offsetCommit.bind(coordinator), outOfRange);
    return coordinator;
  };
}

async function searched(cluster: Cluster, find: () => Promise<Broker>, closed: () => boolean): Promise<Broker> {
  for (;;) {
    try {
      return await find();
    } catch (error) {
      if (closed() || !isConnectionFailure(error)) throw error;
    }
    await pause(searchAgainMs);
    await cluster.refreshMetadata().catch(() => undefined); // it may be another broker by now
  }
}

/** kafkajs writes such a commit alone, not together with one of ours. */
function withoutPlaceholders(commit: OffsetCommit, outOfRange: (partition: TopicPartition) => void): OffsetCommit {
  return async (request) => {
    const placeholders = request.topics.flatMap(({ topic, partitions }) =>
      partitions.filter(({ offset }) => Number(offset) < 0).map(({ partition }) => ({ topic, partition })),
    );
    if (placeholders.length === 0) return commit(request);
    for (const partition of placeholders) outOfRange(partition);
    return undefined;
  };
}
