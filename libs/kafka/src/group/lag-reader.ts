import type { PartitionLag } from '@millrace/messaging';
import { lagOf, partitionKey, type TopicPartition } from '@millrace/messaging/membership';
import type { Cluster } from 'kafkajs';
import { clusterOf } from '../connection/consumer-cluster.ts';
import type { KafkaClient, KafkaConnection } from '../connection/kafka-connection.ts';
import { readLogOffsets, readStored } from './group-offsets.ts';

export interface LagReaderOptions {
  readonly connection: KafkaConnection;
  readonly group: string;
  readonly topics: readonly string[];
  /** How long a change of a topic's partitions may go unnoticed. */
  readonly metadataMaxAgeMs: number;
}

const retries = 1;

/**
 * Reads how much a group has still to do, in all partitions: one request to its coordinator, and one to each broker that leads
 * partitions. It keeps connections of its own, since on those of a consumer an answer waits behind a fetch that waits for
 * records; after a failure it makes new ones.
 */
export class LagReader {
  readonly #options: LagReaderOptions;
  #open: { readonly client: KafkaClient; readonly cluster: Promise<Cluster> } | undefined;
  #closed = false;

  constructor(options: LagReaderOptions) {
    this.#options = options;
  }

  /** Rejects where it cannot be told of each partition. */
  async read(): Promise<readonly PartitionLag[]> {
    if (this.#closed) throw new Error('the reader of lags is closed');
    const open = (this.#open ??= this.#connect());
    try {
      return await this.#read(await open.cluster);
    } catch (error) {
      if (this.#open === open) this.#open = undefined;
      open.client.close();
      throw error;
    }
  }

  close(): void {
    this.#closed = true;
    this.#open?.client.close();
  }

  #connect() {
    const client = this.#options.connection.open({ retries });
    return { client, cluster: this.#connectCluster(client) };
  }

  async #connectCluster({ kafka, retry }: KafkaClient): Promise<Cluster> {
    const { group: groupId, topics, metadataMaxAgeMs: metadataMaxAge } = this.#options;
    const cluster = clusterOf(kafka, { groupId, retry, metadataMaxAge });
    await cluster.connect();
    await cluster.addMultipleTargetTopics([...topics]);
    return cluster;
  }

  async #read(cluster: Cluster): Promise<readonly PartitionLag[]> {
    const { group, topics } = this.#options;
    await cluster.refreshMetadataIfNecessary();
    const partitions = topics.flatMap((topic) =>
      cluster.findTopicPartitionMetadata(topic).map(({ partitionId: partition }) => ({ topic, partition })),
    );
    const [commits, ends] = await Promise.all([
      readStored(cluster, group, partitions),
      readLogOffsets(cluster, partitions, 'end'),
    ]);
    const isStored = (each: TopicPartition) => (commits.get(partitionKey(each))?.offset ?? -1) >= 0;
    const begun = partitions.filter((each) => !isStored(each));
    const starts = begun.length > 0 ? await readLogOffsets(cluster, begun, 'start') : noOffsets;
    return partitions.map((each) => {
      const key = partitionKey(each);
      const logEnd = ends.get(key);
      if (logEnd === undefined) throw new Error(`partition ${key} has no leader`);
      const stored = isStored(each) ? commits.get(key) : undefined;
      return lagOf({ ...each, stored, logStart: starts.get(key) ?? 0, logEnd });
    });
  }
}

const noOffsets: ReadonlyMap<string, number> = new Map();
