import type { Assigner, Cluster, Consumer, ConsumerConfig, Kafka } from 'kafkajs';

/**
 * Makes a consumer, with the view of the cluster that kafkajs does not show by itself: it hands it to assigners, which is the
 * documented way to it. Nothing connects yet.
 */
export function consumerWithCluster(
  kafka: Kafka,
  config: Omit<ConsumerConfig, 'partitionAssigners'>,
  assignerOf: (cluster: Cluster) => Assigner,
): { readonly consumer: Consumer; readonly cluster: Cluster } {
  const seen: { cluster?: Cluster } = {};
  // Called once, by consumer().
  const assigner = ({ cluster }: { readonly cluster: Cluster }) => {
    seen.cluster = cluster;
    return assignerOf(cluster);
  };
  const consumer = kafka.consumer({ ...config, partitionAssigners: [assigner] });
  const { cluster } = seen;
  if (!cluster) throw new Error('kafkajs did not hand its cluster to the assigner: this needs kafkajs 2.2.4');
  return { consumer, cluster };
}

/** The cluster by itself: its consumer never joins a group. */
export function clusterOf(kafka: Kafka, config: Omit<ConsumerConfig, 'partitionAssigners'>): Cluster {
  return consumerWithCluster(kafka, { ...config, allowAutoTopicCreation: false }, () => neverJoins).cluster;
}

const neverJoins: Assigner = {
  name: 'never joins',
  version: 0,
  protocol: () => ({ name: 'never joins', metadata: Buffer.alloc(0) }),
  assign: () => Promise.reject(new Error('no group is joined here')),
};
