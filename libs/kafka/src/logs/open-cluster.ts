import type { Cluster } from 'kafkajs';
import { clusterOf } from '../connection/consumer-cluster.ts';
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

/** Rejects where no broker answers. */
export async function openCluster(connection: KafkaConnection): Promise<OpenCluster> {
  const client = connection.open({ retries });
  const cluster = clusterOf(client.kafka, { groupId: 'none' });
  adaptFetches(cluster, { maxWaitMs });
  try {
    await cluster.connect();
  } catch (error) {
    client.close();
    throw error;
  }
  return { cluster, close: () => client.close() };
}
