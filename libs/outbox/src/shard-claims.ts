export interface MembershipEvents {
  /** Something was committed in a shard: look now. */
  onAppended(shard: number): void;
  /** The membership is over, and every claim with it; not called after `leave`. */
  onLost(): void;
}

/** One process among those that relay an outbox, and the shards that it has claimed. */
export interface ShardMembership {
  /** The same for all processes of an outbox, and no other's. */
  readonly outboxId: string;
  /**
   * How many shards are this process's part now. The parts of all members add up to all shards, and differ by one at most.
   * To be asked every few seconds, or the membership ends.
   */
  share(): Promise<number>;
  /** Claims up to `count` shards that nobody has claimed, and returns them. */
  claim(count: number): Promise<readonly number[]>;
  /** Gives a shard to whoever claims it next. */
  release(shard: number): Promise<void>;
  /** Rejects with `LEASE_LOST` unless the membership is still there, and all that was claimed with it. */
  confirm(): Promise<void>;
  /** Ends the membership and gives all shards away. */
  leave(): Promise<void>;
}

/**
 * Port: which shards of an outbox this process may relay. At any time a shard is claimed by one member at most. The claims of
 * a process that dies, or that is not heard of for ten seconds, are gone by themselves. A process may believe in a claim that
 * it has lost, so a claim alone keeps nobody from writing to Kafka: the fenced producer does.
 */
export interface ShardClaims {
  /** Rejects when the database cannot be reached. */
  join(events: MembershipEvents): Promise<ShardMembership>;
}
