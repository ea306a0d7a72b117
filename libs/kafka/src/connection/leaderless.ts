import type { Cluster } from 'kafkajs';
import { adaptBrokers, changeRequests, type ProtocolRequest, readBy } from './adapt-brokers.ts';

/** What metadata says of a topic. */
interface TopicMetadata {
  readonly partitionMetadata: readonly { partitionErrorCode: number }[];
}

const leaderNotAvailable = 5;
/** The leader of a partition that has none. */
const nobody = '-1';

/** Whether some partitions had no leader when that was last asked. */
export interface Leaderless {
  readonly some: boolean;
}

/**
 * Has a cluster go on while partitions have no leader. kafkajs takes no metadata in which a partition of one of its topics has none,
 * so that with a single one nobody learns any more who leads the others. Here such a partition is known, belongs to nobody, and
 * is left out of what is asked of leaders. To be called before the cluster connects.
 */
export function goOnWithoutLeaders(cluster: Cluster): Leaderless {
  const state = { some: false };
  const read = (protocol: ProtocolRequest): ProtocolRequest => {
    if (protocol.request.apiName !== 'Metadata') return protocol;
    const parse = (answer: unknown) => {
      state.some = pardon(answer as { readonly topicMetadata: readonly TopicMetadata[] });
      return protocol.response.parse(answer);
    };
    return readBy(protocol, { parse });
  };
  adaptBrokers(cluster, (broker) => changeRequests(broker, read));
  const find = cluster.findLeaderForPartitions.bind(cluster);
  cluster.findLeaderForPartitions = (topic, partitions) => {
    const { [nobody]: _, ...led } = find(topic, partitions);
    return led;
  };
  return state;
}

/** Takes the errors of partitions without a leader out of an answer. Whether there were any. */
function pardon({ topicMetadata }: { readonly topicMetadata: readonly TopicMetadata[] }): boolean {
  const all = topicMetadata.flatMap(({ partitionMetadata }) => partitionMetadata);
  const leaderless = all.filter(({ partitionErrorCode }) => partitionErrorCode === leaderNotAvailable);
  for (const each of leaderless) each.partitionErrorCode = 0;
  return leaderless.length > 0;
}
