import type { OffsetToStore, StoreAnswer } from '@millrace/messaging/membership';
import type { Broker, ConsumerHeartbeatEvent, EachBatchPayload, PartitionOffset, TopicOffsets } from 'kafkajs';
import { protocolErrorOf, reasonOf } from '../connection/kafka-error.ts';

/** A member in one generation of its group. */
export type MemberIdentity = ConsumerHeartbeatEvent['payload'];

/** The commits of a topic's partitions. kafkajs passes the metadata on, though its types do not have it. */
interface TopicCommits extends TopicOffsets {
  partitions: (PartitionOffset & { readonly metadata: string })[];
}

/**
 * Writes a member's commits, asking Kafka once: kafkajs' own `consumer.commitOffsets` repeats a failed commit under whatever
 * generation it has by then, which overwrites what a new owner has committed. A batch's commit function takes the generation
 * when it is called, but asks the broker at which the member joined, wherever the group is kept by now.
 */
export class OffsetStore {
  readonly #coordinator: () => Promise<Broker>;
  /** Of the newest batch, until the member's identity is known. */
  #payload: EachBatchPayload | undefined;
  /** Known from the first heartbeat of a generation. */
  #identity: MemberIdentity | undefined;

  /** `coordinator`: whoever keeps the group now. */
  constructor(coordinator: () => Promise<Broker>) {
    this.#coordinator = coordinator;
  }

  batch(payload: EachBatchPayload): void {
    this.#payload = payload;
  }

  heartbeat(identity: MemberIdentity): void {
    this.#identity = identity;
  }

  joined(): void {
    this.#identity = undefined;
  }

  left(): void {
    this.#payload = undefined;
    this.#identity = undefined;
  }

  /** As {@link GroupClient.store}: the generation is the one at the time of the call. */
  async store(offsets: readonly OffsetToStore[]): Promise<StoreAnswer> {
    try {
      const topics = commitsByTopic(offsets);
      await (this.#identity ? this.#storeAs(this.#identity, topics) : this.#storeWithBatch(topics));
      return 'stored';
    } catch (error) {
      return answerOf(error);
    }
  }

  async #storeAs(identity: MemberIdentity, topics: TopicCommits[]): Promise<void> {
    const coordinator = await this.#coordinator();
    await coordinator.offsetCommit({ ...identity, topics });
  }

  async #storeWithBatch(topics: TopicCommits[]): Promise<void> {
    if (!this.#payload) throw new Error('the member has only just joined');
    await this.#payload.commitOffsetsIfNecessary({ topics });
  }
}

function answerOf(error: unknown): StoreAnswer {
  const type = protocolErrorOf(error);
  if (type === 'UNKNOWN_MEMBER_ID') return 'unknown-member';
  // Kafka has stored the others of the same request, but kafkajs does not tell which they are.
  return type === 'OFFSET_METADATA_TOO_LARGE' ? 'metadata-too-large' : { unconfirmed: reasonOf(error) };
}

function commitsByTopic(offsets: readonly OffsetToStore[]): TopicCommits[] {
  return Array.from(
    Map.groupBy(offsets, ({ topic }) => topic),
    ([topic, partitions]) => ({
      topic,
      partitions: partitions.map(({ partition, offset, metadata }) => ({ partition, offset: `${offset}`, metadata })),
    }),
  );
}
