import type { ICustomPartitioner, PartitionMetadata } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { numbered } from '../testing/test-kafka.ts';
import { messageOf } from './kafka-message.ts';
import { isAnotherLeader, LeaderBatches, type Outgoing, withoutAnswer } from './leader-batches.ts';

/** Partitions by who leads them. */
function led(...leaders: number[]): PartitionMetadata[] {
  return leaders.map((leader, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader,
    replicas: [leader],
    isr: [leader],
    offlineReplicas: [],
  }));
}

function records(topic: string, partitions: readonly number[]): Outgoing[] {
  return numbered(topic, 0, partitions.length).map((record, at) => ({
    record,
    message: { ...messageOf(record), partition: partitions[at] ?? 0 },
  }));
}

/** What kafkajs does before it sends: asks where each message belongs. Returns the leaders that it would ask, or `another-leader`. */
function attempt(
  partitioner: ICustomPartitioner,
  batch: readonly Outgoing[],
  topics: Record<string, PartitionMetadata[]>,
) {
  const place = partitioner();
  const asked = new Set<number | undefined>();
  try {
    for (const [topic, partitionMetadata] of Object.entries(topics))
      for (const { record, message } of batch) {
        if (record.topic !== topic) continue;
        const partition = place({ topic, partitionMetadata, message });
        asked.add(partitionMetadata.find(({ partitionId }) => partitionId === partition)?.leader);
      }
  } catch (error) {
    if (isAnotherLeader(error)) return 'another-leader';
    throw error;
  }
  return [...asked];
}

const partitionsOf = (batches: readonly (readonly Outgoing[])[]) =>
  batches.map((batch) => batch.map(({ message }) => message.partition));

describe('batches for one broker each', () => {
  it('are made once it is known who leads what, for which nothing is sent', () => {
    const batches = new LeaderBatches();
    const outgoing = records('t', [0, 1, 2, 0]);
    const [unknown] = batches.split(outgoing);
    expect(unknown).toEqual(outgoing);
    expect(attempt(batches.partitioner, outgoing, { t: led(1, 2, 1) })).toBe('another-leader');
    const known = batches.split(outgoing);
    expect(partitionsOf(known)).toEqual([[0, 2, 0], [1]]);
    expect(known.map((batch) => attempt(batches.partitioner, batch, { t: led(1, 2, 1) }))).toEqual([[1], [2]]);
  });

  it('are made anew when a partition has another leader, of the newest that is known of all', () => {
    const batches = new LeaderBatches();
    const outgoing = records('t', [0, 1, 2]);
    attempt(batches.partitioner, batches.split(outgoing)[0] ?? [], { t: led(1, 1, 2) });
    const [first, second] = batches.split(outgoing);
    expect(attempt(batches.partitioner, first ?? [], { t: led(2, 3, 2) })).toBe('another-leader');
    expect(attempt(batches.partitioner, second ?? [], { t: led(2, 3, 2) })).toEqual([2]);
    expect(partitionsOf(batches.split(outgoing))).toEqual([[0, 2], [1]]);
  });

  it('hold several topics, and hear of all of them before the first is sent', () => {
    const batches = new LeaderBatches();
    const outgoing = [...records('t', [0, 1]), ...records('u', [0]), ...records('t', [0])];
    const topics = { t: led(1, 2), u: led(2) };
    expect(attempt(batches.partitioner, batches.split(outgoing)[0] ?? [], topics)).toBe('another-leader');
    const known = batches.split(outgoing);
    expect(known.map((batch) => batch.map(({ record }) => record.topic))).toEqual([
      ['t', 't'],
      ['t', 'u'],
    ]);
    expect(known.map((batch) => attempt(batches.partitioner, batch, topics))).toEqual([[1], [2]]);
  });

  it('leave what is for a partition that is not there to kafkajs, which says nothing of it', () => {
    const batches = new LeaderBatches();
    const outgoing = records('t', [0, 7]);
    attempt(batches.partitioner, batches.split(outgoing)[0] ?? [], { t: led(1) });
    const known = batches.split(outgoing);
    expect(known.map((batch) => attempt(batches.partitioner, batch, { t: led(1) }))).toEqual([[1], [undefined]]);
    expect(withoutAnswer(outgoing, [{ topicName: 't', partition: 0, errorCode: 0 }])).toEqual(outgoing.slice(1));
  });
});
