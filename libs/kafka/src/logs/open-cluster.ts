import type { Assigner, Cluster } from 'kafkajs';
import { adaptFetches } from '../fetch/lean-fetch.ts';
import type { KafkaConnection } from '../connection/kafka-connection.ts';

const retries = 3;
/** How long a broker keeps a fetch open that it has nothing for yet. */
const maxWaitMs = 200;

/** The cluster by itself, to read logs without being a member of a group. */
export interface OpenCluster {
  readonly cluster: Cluster;
  close(): void;
}

/** kafkajs hands its cluster to assigners, which is the documented way to it. Nothing joins a group. */
export async function openCluster(connection: KafkaConnection): Promise<OpenCluster> {
  const client = connection.open({ retries });
  const seen: { cluster?: Cluster } = {};
  const assigner = ({ cluster }: { readonly cluster: Cluster }): Assigner => {
    seen.cluster = cluster;
    return { name: 'none', version: 0, protocol: () => ({ name: 'none', metadata: Buffer.alloc(0) }), assign: unused };
  };
  client.kafka.consumer({ groupId: 'none', allowAutoTopicCreation: false, partitionAssigners: [assigner] });
  const { cluster } = seen;
  if (!cluster) throw new Error('kafkajs did not hand its cluster to the assigner: this needs kafkajs 2.2.4');
  adaptFetches(cluster, { maxWaitMs });
  try {
    await cluster.connect();
  } catch (error) {
    client.close();
    throw error;
  }
  return { cluster, close: () => client.close() };
}

function unused(): never {
  throw new Error('no group is joined here');
}
