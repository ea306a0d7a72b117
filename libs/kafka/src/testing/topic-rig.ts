import type { Commit } from '@millrace/messaging';
import { decodePlace } from '@millrace/messaging/membership';
import {
  type Admin,
  CompressionTypes,
  type FetchOffsetsPartition,
  type PartitionMetadata,
  type Producer,
} from 'kafkajs';
import { uniqueName } from './test-kafka.ts';
import type { KafkaClient, KafkaConnection } from '../connection/kafka-connection.ts';
import { protocolErrorOf } from '../connection/kafka-error.ts';
import { pause } from '../connection/pause.ts';

const coordinatorMoves: ReadonlySet<string> = new Set([
  'NOT_COORDINATOR_FOR_GROUP',
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
]);
const retries = 60;
const againMs = 50;
const valueBytes = 1_000;

/** For each partition the brokers that keep it, its leader first. */
export type Replicas = readonly (readonly number[])[];

/** A topic's settings by name. */
export type TopicConfigs = Readonly<Record<string, string>>;

/** What tests do to a topic from outside: all that producers, operators and retention do. */
export class TopicRig {
  readonly topic: string;
  readonly #client: KafkaClient;
  readonly #admin: Admin;
  #producer: Producer;
  readonly #configs: TopicConfigs;
  #replicas: Replicas;

  /** A topic of a name of its own. */
  static async make(connection: KafkaConnection, replicas: Replicas, configs: TopicConfigs = {}): Promise<TopicRig> {
    const rig = new TopicRig(connection, replicas, configs);
    await Promise.all([rig.#admin.connect(), rig.#producer.connect()]);
    await rig.#create();
    return rig;
  }

  private constructor(connection: KafkaConnection, replicas: Replicas, configs: TopicConfigs) {
    this.topic = uniqueName();
    this.#replicas = replicas;
    this.#configs = configs;
    this.#client = connection.open({ retries });
    this.#admin = this.#client.kafka.admin();
    this.#producer = this.#newProducer();
  }

  get partitions(): number {
    return this.#replicas.length;
  }

  /** Appends so many records in one batch; `keys`: how many keys they have. */
  async write(partition: number, count: number, { bytes = valueBytes, keys = 10, gzip = false } = {}): Promise<void> {
    const value = Buffer.alloc(bytes);
    const messages = Array.from({ length: count }, (_, at) => ({ partition, key: `key-${at % keys}`, value }));
    const compression = gzip ? CompressionTypes.GZIP : CompressionTypes.None;
    await this.#producer.send({ topic: this.topic, messages, compression });
  }

  /** Records that no reader sees, and the marker that says so. */
  async writeAborted(partition: number, count = 3): Promise<void> {
    await this.#transact(partition, count, 'abort');
  }

  /** Records in a transaction, and the marker that ends it. */
  async writeCommitted(partition: number, count: number): Promise<void> {
    await this.#transact(partition, count, 'commit');
  }

  async logEnd(partition: number): Promise<number> {
    const ends = await this.#admin.fetchTopicOffsets(this.topic);
    return Number(ends.find((each) => each.partition === partition)?.high ?? 0);
  }

  /** Adds partitions kept by `replicas`, as in {@link make}. */
  async addPartitions(replicas: Replicas): Promise<void> {
    this.#replicas = [...this.#replicas, ...replicas];
    const assignments = replicas.map((each) => [...each]);
    await this.#admin.createPartitions({
      topicPartitions: [{ topic: this.topic, count: this.#replicas.length, assignments }],
    });
    await this.#known();
    // kafkajs drops what is for a partition that a producer does not know yet, without a word
    await this.#producer.disconnect();
    this.#producer = this.#newProducer();
    await this.#producer.connect();
  }

  async deleteRecords(partition: number, offset: number): Promise<void> {
    await this.#admin.fetchTopicOffsets(this.topic); // only after something like this does kafkajs know where the partition is
    await this.#admin.deleteTopicRecords({ topic: this.topic, partitions: [{ partition, offset: `${offset}` }] });
  }

  async deleteTopic(): Promise<void> {
    await this.#admin.deleteTopics({ topics: [this.topic] });
  }

  /** Deletes the topic and makes it again, empty. */
  async makeAnew(): Promise<void> {
    await this.deleteTopic();
    await this.#create();
    while ((await this.logEnd(0)) !== 0) await pause(againMs);
  }

  /** Moves a partition, of this topic or of another, with all that is in it, to other brokers, of which the first is to lead it. */
  async move(partition: number, replicas: readonly number[], topic = this.topic): Promise<void> {
    const partitionAssignment = [{ partition, replicas: [...replicas] }];
    await this.#admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment }] });
    while ((await this.leader(partition, topic)) !== replicas[0]) await pause(againMs);
  }

  /** The broker that leads a partition, of this topic or of another; -1 while none does. */
  async leader(partition: number, topic = this.topic): Promise<number> {
    const { topics } = await this.#admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]?.partitions.find(({ partitionId }) => partitionId === partition)?.leader ?? -1;
  }

  /** What a group has stored, by partition; undefined for nothing. */
  async committed(groupId: string): Promise<readonly (Commit | undefined)[]> {
    const stored = await this.#storedBy(groupId);
    return Array.from({ length: this.partitions }, (_, partition) => {
      const { offset = '-1', metadata = '' } = stored.find((each) => each.partition === partition) ?? {};
      if (offset === '-1') return undefined;
      return { offset: Number(offset), metadata: decodePlace(metadata ?? '').metadata };
    });
  }

  /**
   * Has all groups be kept by one broker, which leaves them to the other when it goes. There must be two, and no group must be
   * in use.
   */
  async keepGroupsOn(nodeId: number, other: number): Promise<void> {
    const topic = '__consumer_offsets';
    for (const replicas of [[nodeId], [nodeId, other]]) {
      const partitions = await this.#offsetsPartitions();
      const partitionAssignment = partitions.map(({ partitionId }) => ({ partition: partitionId, replicas }));
      await this.#admin.alterPartitionReassignments({ topics: [{ topic, partitionAssignment }] });
      while (!(await this.#offsetsPartitions()).every(isKeptBy(nodeId, replicas.length))) await pause(againMs);
    }
  }

  async #offsetsPartitions(): Promise<readonly PartitionMetadata[]> {
    const { topics } = await this.#admin.fetchTopicMetadata({ topics: ['__consumer_offsets'] });
    return topics[0]?.partitions ?? [];
  }

  /** Asked again while the coordinator is on its way from one broker to another. */
  async #storedBy(groupId: string): Promise<readonly FetchOffsetsPartition[]> {
    for (;;) {
      try {
        const [answer] = await this.#admin.fetchOffsets({ groupId, topics: [this.topic] });
        return answer?.partitions ?? [];
      } catch (error) {
        if (!coordinatorMoves.has(protocolErrorOf(error) ?? '')) throw error;
      }
      await pause(againMs);
    }
  }

  /** Stores an offset as operators and mirrors do: the group must have no members. */
  async setCommit(groupId: string, partition: number, offset: number): Promise<void> {
    const partitions = [{ partition, offset: `${offset}` }];
    await this.#admin.setOffsets({ groupId, topic: this.topic, partitions });
  }

  close(): void {
    this.#client.close();
  }

  #newProducer(): Producer {
    return this.#client.kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  }

  /** Again where the topic of that name is still being deleted. */
  async #create(): Promise<void> {
    const replicaAssignment = this.#replicas.map((replicas, partition) => ({ partition, replicas: [...replicas] }));
    const configEntries = Object.entries(this.#configs).map(([name, value]) => ({ name, value }));
    const topics = [{ topic: this.topic, replicaAssignment, configEntries }];
    const create = () => this.#admin.createTopics({ topics, waitForLeaders: false });
    while (!(await create().catch(isStillThere))) await pause(againMs);
    await this.#known();
  }

  async #known(): Promise<void> {
    for (let partition = 0; partition < this.partitions; partition++)
      while ((await this.leader(partition).catch(() => -1)) === -1) await pause(againMs);
  }

  async #transact(partition: number, count: number, outcome: 'commit' | 'abort'): Promise<void> {
    const transactionalId = uniqueName();
    const producer = this.#client.kafka.producer({ transactionalId, idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const end = (await this.logEnd(partition)) + count + 1;
    const transaction = await producer.transaction();
    const messages = Array.from({ length: count }, () => ({ partition, value: Buffer.alloc(valueBytes) }));
    await transaction.send({ topic: this.topic, messages });
    await transaction[outcome]();
    while ((await this.logEnd(partition)) < end) await pause(againMs); // the marker is written a moment later
    await producer.disconnect();
  }
}

function isStillThere(error: unknown): false {
  if (protocolErrorOf(error) === 'TOPIC_ALREADY_EXISTS') return false;
  throw error;
}

function isKeptBy(nodeId: number, replicas: number): (partition: PartitionMetadata) => boolean {
  return ({ leader, isr, replicas: all }) => leader === nodeId && isr.length === replicas && all.length === replicas;
}
