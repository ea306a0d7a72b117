import type { Cluster, ConsumerHeartbeatEvent, EachBatchPayload, TopicOffsets } from 'kafkajs';

/** A member in one generation of its group. */
export type MemberIdentity = ConsumerHeartbeatEvent['payload'];

/**
 * Writes a member's offsets, asking Kafka once: kafkajs' own `consumer.commitOffsets` repeats a failed commit under whatever
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
  store(topics: TopicOffsets[]): Promise<void> {
    return this.#payload ? this.#payload.commitOffsetsIfNecessary({ topics }) : this.#storeAs(this.#identity, topics);
  }

  async #storeAs(identity: MemberIdentity | undefined, topics: TopicOffsets[]): Promise<void> {
    if (!identity) throw new Error('the member has only just joined');
    const coordinator = await this.#cluster.findGroupCoordinator(identity);
    await coordinator.offsetCommit({ ...identity, topics });
  }
}
