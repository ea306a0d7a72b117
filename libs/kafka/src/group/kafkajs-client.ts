import type {
  GroupClient,
  OffsetToStore,
  PartitionOffsets,
  StoreAnswer,
  TopicPartition,
} from '@millrace/messaging/membership';
import type { GroupConsumer } from './group-consumer.ts';
import { readGroupOffsets } from './group-offsets.ts';
import type { OffsetStore } from './offset-store.ts';

/**
 * The {@link GroupClient} on kafkajs. Between a crash of its consumer and the restart kafkajs refuses to pause or to seek. What was
 * wished then is void: the leases have ended, and the restarted consumer knows nothing of pauses and positions.
 */
export class KafkajsClient implements GroupClient {
  /** kafkajs tells from where it fetched, which is enough. */
  readonly requests = 0;
  readonly #group: GroupConsumer;
  readonly #groupId: string;
  readonly #offsets: OffsetStore;

  constructor(group: GroupConsumer, groupId: string, offsets: OffsetStore) {
    this.#group = group;
    this.#groupId = groupId;
    this.#offsets = offsets;
  }

  rejoin(): void {
    this.#group.rejoin();
  }

  seek({ topic, partition }: TopicPartition, offset: number): void {
    wish(() => this.#group.consumer.seek({ topic, partition, offset: `${offset}` }));
  }

  pause(partition: TopicPartition): void {
    wish(() => this.#group.consumer.pause(named(partition)));
  }

  resume(partition: TopicPartition): void {
    wish(() => this.#group.consumer.resume(named(partition)));
  }

  partitionCount(topic: string): number {
    try {
      return this.#group.cluster.findTopicPartitionMetadata(topic).length;
    } catch {
      return 0; // nothing is known before the first connection
    }
  }

  store(offsets: readonly OffsetToStore[]): Promise<StoreAnswer> {
    return this.#offsets.store(offsets);
  }

  readOffsets(partitions: readonly TopicPartition[]): Promise<readonly PartitionOffsets[]> {
    return readGroupOffsets(this.#group.cluster, this.#groupId, partitions);
  }
}

function wish(action: () => void): void {
  try {
    action();
  } catch {
    // see above
  }
}

function named({ topic, partition }: TopicPartition): { topic: string; partitions: number[] }[] {
  return [{ topic, partitions: [partition] }];
}
