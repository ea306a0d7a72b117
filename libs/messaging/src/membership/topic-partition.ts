/** A partition by name. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** Identifies a partition in maps and sets. */
export function partitionKey({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
