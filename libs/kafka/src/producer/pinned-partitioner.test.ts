import { type Message, type PartitionMetadata, Partitioners } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { pinnedPartitioner } from './pinned-partitioner.ts';

function partitions(count: number): PartitionMetadata[] {
  return Array.from({ length: count }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 1,
    replicas: [1],
    isr: [1],
    offlineReplicas: [],
  }));
}

describe('the choice of a partition', () => {
  it('is Kafka’s own for a key', () => {
    const chosen = (key: string) =>
      pinnedPartitioner()({
        topic: 't',
        partitionMetadata: partitions(12),
        message: { key: Buffer.from(key), value: '' },
      });
    const standard = Partitioners.DefaultPartitioner();
    const expected = (key: string) =>
      standard({ topic: 't', partitionMetadata: partitions(12), message: { key: Buffer.from(key), value: '' } });
    const keys = ['', 'a', 'user-1', 'é'];
    expect(keys.map(chosen)).toEqual(keys.map(expected));
  });

  it('stays as it was on a second attempt, also without a key or after partitions were added', () => {
    const choose = pinnedPartitioner();
    const messages: Message[] = [{ value: '' }, { key: 'user-1', value: '' }, { key: 'user-2', value: '' }];
    const first = messages.map((message) => choose({ topic: 't', partitionMetadata: partitions(3), message }));
    for (const count of [3, 5, 50]) {
      const partitionMetadata = partitions(count);
      expect(messages.map((message) => choose({ topic: 't', partitionMetadata, message }))).toEqual(first);
    }
  });
});
