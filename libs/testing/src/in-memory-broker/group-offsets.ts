import type { Commit } from '@millrace/messaging';
import { partitionKey, type TopicPartition } from '@millrace/messaging/membership';

/** `offset.metadata.max.bytes`, which counts characters. */
export const maxMetadataLength = 4_096;

/** What a group has stored, by partition. */
export class GroupOffsets {
  readonly #commits = new Map<string, TopicPartition & Commit>();

  /** Where it is negative, it is no offset: -2 stands for the oldest record, -1 for the next one to come. */
  get(partition: TopicPartition): Commit | undefined {
    const stored = this.#commits.get(partitionKey(partition));
    return stored && { offset: stored.offset, metadata: stored.metadata };
  }

  /** As another cluster's offsets are copied, or an operator resets them: no member is asked. */
  set({ topic, partition }: TopicPartition, { offset, metadata }: Commit): void {
    this.#commits.set(partitionKey({ topic, partition }), { topic, partition, offset, metadata });
  }

  /** As offsets expire that nobody has used for a week. */
  delete(partition: TopicPartition): void {
    this.#commits.delete(partitionKey(partition));
  }

  deleteTopic(name: string): void {
    for (const [key, { topic }] of this.#commits) if (topic === name) this.#commits.delete(key);
  }
}
