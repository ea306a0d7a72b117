import type { TopicPartition } from './topic-partition.ts';

/** Told of what people should know. */
export interface LeaseTableLog {
  /** The group's place was out of range, and a client stored "the oldest" over it. */
  placeLost(partition: TopicPartition, logStart: number): void;
  /** Retention was faster than the group: what lies from `from` to before `to` is gone. */
  recordsDeleted(partition: TopicPartition, from: number, to: number): void;
  /** Records of its keys may still lie in the partitions that were there before it. */
  waitsForOlder(partition: TopicPartition): void;
  /** It has passed, and is read. */
  joinsOlder(partition: TopicPartition): void;
  /** Kafka takes less metadata here than by default. */
  metadataTooLarge(partition: TopicPartition): void;
  /** The consumer failed with records, or they could not be read; the member begins anew at what is committed. */
  notTaken(partition: TopicPartition, error: unknown): void;
}

export const silentLog: LeaseTableLog = {
  placeLost: () => undefined,
  recordsDeleted: () => undefined,
  waitsForOlder: () => undefined,
  joinsOlder: () => undefined,
  metadataTooLarge: () => undefined,
  notTaken: () => undefined,
};
