import { type Cluster, type Consumer, type PartitionAssigner, PartitionAssigners } from 'kafkajs';
import { endlessRetries, type KafkaConnection } from './kafka-connection.ts';
import { settled } from './pause.ts';

/** A kafkajs consumer with what it does not show by itself. */
export interface GroupConsumer {
  readonly consumer: Consumer;
  /** The consumer's own view of the cluster, and its connections. */
  readonly cluster: Cluster;
  /** Leaves the group, within `timeoutMs` also when nothing answers, and closes all connections. */
  leave(timeoutMs: number): Promise<void>;
  /** Closes all connections at once; the group notices by itself, after the session timeout. */
  close(): void;
}

/** Opens a consumer of group `groupId`; it connects when it is told to. */
export function openGroupConsumer(connection: KafkaConnection, groupId: string): GroupConsumer {
  const client = connection.open({ retries: endlessRetries });
  const seen: { cluster?: Cluster } = {};
  // Assigners are given the cluster: the documented way to it. It is called once, by consumer().
  const assigner: PartitionAssigner = (context) => {
    seen.cluster = context.cluster;
    return PartitionAssigners.roundRobin(context);
  };
  const consumer = client.kafka.consumer({
    ...settings,
    groupId,
    retry: client.retry,
    partitionAssigners: [assigner],
  });
  if (!seen.cluster) throw new Error('kafkajs did not hand its cluster to the assigner: this needs kafkajs 2.2.4');
  const leave = async (timeoutMs: number) => {
    await settled(consumer.disconnect(), timeoutMs);
    client.close();
  };
  return { consumer, cluster: seen.cluster, leave, close: client.close };
}

const settings = {
  /** How long a fetch stays open, and so how long a resume, a seek or a heartbeat may have to wait. It delays no record. */
  maxWaitTimeInMs: 200,
  minBytes: 1,
  /** Small: one response per broker may still arrive after a pause. */
  maxBytesPerPartition: 128 * 1024,
  maxBytes: 2 * 1024 * 1024,
  sessionTimeout: 15_000,
  heartbeatInterval: 1_000,
  rebalanceTimeout: 30_000,
  metadataMaxAge: 30_000,
  allowAutoTopicCreation: false,
  readUncommitted: false,
};
