import type { Logger } from '@millrace/telemetry';
import type { Admin, Cluster, Consumer } from 'kafkajs';
import type { KafkaConnection } from '../connection/kafka-connection.ts';
import { protocolErrorOf, reasonOf } from '../connection/kafka-error.ts';
import { pause } from '../connection/pause.ts';
import { withAdmin } from '../connection/with-admin.ts';

export interface FollowReplaysOptions {
  readonly connection: KafkaConnection;
  readonly cluster: Cluster;
  readonly topics: readonly string[];
  /** How long a new topic may go unnoticed. */
  readonly lookEveryMs: number;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Subscribes to topics of replays, there or not: they keep no consumer from starting. Never rejects for want of them. */
export async function subscribeToReplays(consumer: Consumer, options: FollowReplaysOptions): Promise<void> {
  const { connection, cluster, topics, signal } = options;
  if (topics.length === 0) return;
  const present = await withAdmin(connection, (admin) => presentOf(admin, topics), signal).catch(
    (): readonly string[] => [],
  );
  const subscribe = (topic: string) => consumer.subscribe({ topic, fromBeginning: true });
  for (const topic of topics)
    if (present.includes(topic)) await subscribe(topic);
    else await unasked(cluster, () => subscribe(topic));
}

/** kafkajs notes the name, and takes a topic that it knows nothing of for one of which nothing is ours. */
async function unasked(cluster: Cluster, subscribe: () => Promise<void>): Promise<void> {
  const asking: Partial<Pick<Cluster, 'addMultipleTargetTopics'>> = cluster;
  asking.addMultipleTargetTopics = () => Promise.resolve();
  try {
    await subscribe();
  } finally {
    delete asking.addMultipleTargetTopics; // that of its class is in force again
  }
}

/**
 * Has the consumer know of topics of replays as soon as they exist: kafkajs then joins again by itself, as for added
 * partitions. It asks on a connection of its own, since an answer without a topic fails for all that were asked about with it.
 * Ends when all are known or `signal` is aborted. Never rejects.
 */
export async function followReplays({ topics, ...options }: FollowReplaysOptions): Promise<void> {
  const { connection, cluster, lookEveryMs, log, signal } = options;
  const unknown = new Set(topics.filter((topic) => cluster.findTopicPartitionMetadata(topic).length === 0));
  while (unknown.size > 0) {
    await pause(lookEveryMs, signal);
    if (signal.aborted) return;
    try {
      const present = await withAdmin(connection, (admin) => presentOf(admin, [...unknown]), signal);
      for (const topic of present) {
        await cluster.addTargetTopic(topic);
        unknown.delete(topic);
        log.info({ topic }, 'replays are read from now on');
      }
    } catch (error) {
      log.debug({ reason: reasonOf(error) }, 'whether there are topics of replays could not be read');
    }
  }
}

async function presentOf(admin: Admin, topics: readonly string[]): Promise<readonly string[]> {
  const present: string[] = [];
  for (const topic of topics) if (await isThere(admin, topic)) present.push(topic);
  return present;
}

async function isThere(admin: Admin, topic: string): Promise<boolean> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics.every(({ partitions }) => partitions.length > 0 && partitions.every(({ leader }) => leader >= 0));
  } catch (error) {
    // A group that may not read such a topic does without.
    if (['UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED'].includes(protocolErrorOf(error) ?? ''))
      return false;
    throw error;
  }
}
