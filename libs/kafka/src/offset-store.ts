import type { Cluster, ConsumerHeartbeatEvent, EachBatchPayload, PartitionOffset, TopicOffsets } from 'kafkajs';

/** A member in one generation of its group. */
export type MemberIdentity = ConsumerHeartbeatEvent['payload'];

/** The commits of a topic's partitions. kafkajs passes the metadata on, though its types do not have it. */
export interface TopicCommits extends TopicOffsets {
  partitions: (PartitionOffset & { readonly metadata: string })[];
}

/**
 * Writes a member's commits, asking Kafka once: kafkajs' own `consumer.commitOffsets` repeats a failed commit under whatever
 * generation it has by then, which overwrites what a new owner has committed.
 */
export class OffsetStore {
  readonly #cluster: Cluster;
  /** Of the newest batch: its commit function takes the present generation when it is called. */
  #payload: EachBatchPayload | undefined;
  /** For a member without a batch; known from the first heartbeat of a generation. */
  #identity: MemberIdentity | undefined;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
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

  /** Rejects when Kafka did not confirm. The generation is the one at the time of the call. */
  store(topics: TopicCommits[]): Promise<void> {
    return this.#payload ? this.#payload.commitOffsetsIfNecessary({ topics }) : this.#storeAs(this.#identity, topics);
  }

  async #storeAs(identity: MemberIdentity | undefined, topics: TopicCommits[]): Promise<void> {
    if (!identity) throw new Error('the member has only just joined');
    const coordinator = await this.#cluster.findGroupCoordinator(identity);
    await coordinator.offsetCommit({ ...identity, topics });
  }
}
