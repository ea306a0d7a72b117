/** A topic of this repository and the consumer groups that hear it; each group has its dead-letter topic. */
export interface Topic {
  readonly name: string;
  /** Fixes the order of a key's events: adding partitions later moves keys. */
  readonly partitions: number;
  readonly groups: readonly string[];
}

export const userEvents: Topic = { name: 'user-events', partitions: 12, groups: ['notification', 'analytics'] };

/** Everything that the topics program makes. */
export const topics: readonly Topic[] = [userEvents];
