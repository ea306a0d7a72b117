import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TopicOffsets } from 'kafkajs';
import { describe, expect, it, vi } from 'vitest';
import { CommitQueue } from './commit-queue.ts';
import { KafkaLease } from './partition-lease.ts';

function lease(queue: CommitQueue, topic: string, partition: number): KafkaLease {
  const holder = { commit: queue.add.bind(queue), pause: () => {}, resume: () => {} };
  return new KafkaLease({ topic, partition, epoch: 1, start: 0, endOffset: 0, stored: true, holder });
}

function queueWith(store: (topics: TopicOffsets[]) => Promise<void>) {
  const stored = vi.fn<typeof store>(store);
  return { stored, queue: new CommitQueue({ store: stored }) };
}

describe('commits', () => {
  it('of one turn go to Kafka together', async () => {
    const { queue, stored } = queueWith(async () => {});
    const leases = [lease(queue, 'a', 0), lease(queue, 'a', 1), lease(queue, 'b', 0)];
    await Promise.all(leases.map((each, at) => each.commit(at + 5)));
    expect(stored.mock.calls).toEqual([
      [
        [
          {
            topic: 'a',
            partitions: [
              { partition: 0, offset: '5' },
              { partition: 1, offset: '6' },
            ],
          },
          { topic: 'b', partitions: [{ partition: 0, offset: '7' }] },
        ],
      ],
    ]);
  });

  it('follow one another, so that no older offset arrives after a newer one', async () => {
    const answers: (() => void)[] = [];
    const { queue, stored } = queueWith(() => new Promise((resolve) => answers.push(resolve)));
    const first = lease(queue, 'a', 0);
    const commits = [first.commit(1)];
    await nextTurn();
    commits.push(first.commit(2), lease(queue, 'a', 1).commit(9));
    await nextTurn();
    await nextTurn();
    expect(stored).toHaveBeenCalledOnce();
    answers[0]!();
    await commits[0];
    await vi.waitFor(() => expect(stored).toHaveBeenCalledTimes(2));
    answers[1]!();
    await Promise.all(commits);
  });

  it('are refused when the lease has ended, before or after they were asked for', async () => {
    const { queue, stored } = queueWith(async () => {});
    const lost = lease(queue, 'a', 0);
    const kept = lease(queue, 'a', 1);
    const asked = [lost.commit(1), kept.commit(1)];
    lost.end();
    await expect(asked[0]).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await asked[1];
    await expect(lost.commit(2)).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(stored.mock.calls).toEqual([[[{ topic: 'a', partitions: [{ partition: 1, offset: '1' }] }]]]);
  });

  it('are the caller’s to repeat when Kafka did not take them, unless the lease ended meanwhile', async () => {
    const { queue } = queueWith(async () => {
      lost.end();
      throw Object.assign(new Error('rebalance in progress'), { type: 'REBALANCE_IN_PROGRESS' });
    });
    const lost = lease(queue, 'a', 0);
    const outcomes = await Promise.allSettled([lost.commit(1), lease(queue, 'a', 1).commit(1)]);
    expect(outcomes).toMatchObject([
      { reason: { code: 'LEASE_LOST' } },
      { reason: { code: 'BROKER_UNAVAILABLE', retryable: true } },
    ]);
  });

  it('are not waited for longer than agreed, and the next ones still come through', async () => {
    const answers: (() => void)[] = [];
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { queue, stored } = queueWith(() => new Promise((resolve) => answers.push(resolve)));
    const ours = lease(queue, 'a', 0);
    const outcomes = Promise.allSettled([ours.commit(1), nextTurn().then(() => ours.commit(2))]);
    await nextTurn();
    await vi.advanceTimersByTimeAsync(5_000);
    const late = { reason: { code: 'BROKER_UNAVAILABLE', retryable: true } };
    expect(await outcomes).toMatchObject([late, late]);
    vi.useRealTimers();
    answers[0]!();
    await nextTurn();
    const last = ours.commit(3);
    await vi.waitFor(() => expect(stored).toHaveBeenCalledTimes(2));
    answers[1]!();
    await last;
    expect(stored.mock.calls[1]).toEqual([[{ topic: 'a', partitions: [{ partition: 0, offset: '3' }] }]]);
  });
});
