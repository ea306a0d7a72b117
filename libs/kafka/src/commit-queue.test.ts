import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Commit } from '@millrace/messaging';
import { describe, expect, it, vi } from 'vitest';
import { CommitQueue } from './commit-queue.ts';
import type { TopicCommits } from './offset-store.ts';
import { KafkaLease } from './partition-lease.ts';

function lease(queue: CommitQueue, topic: string, partition: number): KafkaLease {
  const holder = { commit: queue.add.bind(queue), seek: () => {}, pause: () => {}, resume: () => {} };
  const offsets = { topic, partition, committed: undefined, logStart: 0, logEnd: 0, logId: topic };
  return new KafkaLease({ offsets, epoch: 1, holder });
}

function at(offset: number): Commit {
  return { offset, metadata: 'm' };
}

function queueWith(store: (topics: TopicCommits[]) => Promise<void>) {
  const stored = vi.fn<typeof store>(store);
  const metadataTooLarge = vi.fn<(lease: KafkaLease) => void>();
  return { stored, metadataTooLarge, queue: new CommitQueue({ store: stored, metadataTooLarge }) };
}

describe('commits', () => {
  it('of one turn go to Kafka together', async () => {
    const { queue, stored } = queueWith(async () => {});
    const leases = [lease(queue, 'a', 0), lease(queue, 'a', 1), lease(queue, 'b', 0)];
    await Promise.all(leases.map((each, index) => each.commit(at(index + 5))));
    expect(stored.mock.calls).toEqual([
      [
        [
          {
            topic: 'a',
            partitions: [
              { partition: 0, offset: '5', metadata: 'm' },
              { partition: 1, offset: '6', metadata: 'm' },
            ],
          },
          { topic: 'b', partitions: [{ partition: 0, offset: '7', metadata: 'm' }] },
        ],
      ],
    ]);
  });

  it('follow one another, so that no older offset arrives after a newer one', async () => {
    const answers: (() => void)[] = [];
    const { queue, stored } = queueWith(() => new Promise((resolve) => answers.push(resolve)));
    const first = lease(queue, 'a', 0);
    const commits = [first.commit(at(1))];
    await nextTurn();
    commits.push(first.commit(at(2)), lease(queue, 'a', 1).commit(at(9)));
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
    const asked = [lost.commit(at(1)), kept.commit(at(1))];
    lost.end();
    await expect(asked[0]).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await asked[1];
    await expect(lost.commit(at(2))).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(stored.mock.calls).toEqual([[[{ topic: 'a', partitions: [{ partition: 1, offset: '1', metadata: 'm' }] }]]]);
  });

  it('are the caller’s to repeat when Kafka did not take them, unless the lease ended meanwhile', async () => {
    const { queue } = queueWith(async () => {
      lost.end();
      throw Object.assign(new Error('rebalance in progress'), { type: 'REBALANCE_IN_PROGRESS' });
    });
    const lost = lease(queue, 'a', 0);
    const outcomes = await Promise.allSettled([lost.commit(at(1)), lease(queue, 'a', 1).commit(at(1))]);
    expect(outcomes).toMatchObject([
      { reason: { code: 'LEASE_LOST' } },
      { reason: { code: 'BROKER_UNAVAILABLE', retryable: true } },
    ]);
  });

  it('whose metadata is too large are stored without it, and the others as they are, though Kafka does not tell which they were', async () => {
    const { queue, stored, metadataTooLarge } = queueWith(async (topics) => {
      const all = topics.flatMap(({ partitions }) => partitions);
      if (all.some(({ metadata }) => metadata.length > 4)) {
        throw Object.assign(new Error('too large'), { type: 'OFFSET_METADATA_TOO_LARGE' });
      }
    });
    const [good, bad, lost] = [lease(queue, 'a', 0), lease(queue, 'a', 1), lease(queue, 'a', 2)];
    stored.mockImplementationOnce(async (topics) => {
      setImmediate(() => lost.end());
      await stored.getMockImplementation()!(topics);
    });
    const outcomes = Promise.allSettled([
      good.commit(at(1)),
      bad.commit({ offset: 1, metadata: '12345' }),
      lost.commit(at(1)),
    ]);
    expect(await outcomes).toMatchObject([
      { status: 'fulfilled' },
      { status: 'fulfilled' },
      { reason: { code: 'LEASE_LOST' } },
    ]);
    expect(stored.mock.lastCall).toEqual([[{ topic: 'a', partitions: [{ partition: 1, offset: '1', metadata: '' }] }]]);
    expect(metadataTooLarge.mock.calls).toEqual([[bad]]);
  });

  it('are not waited for longer than agreed, and the next ones still come through', async () => {
    const answers: (() => void)[] = [];
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { queue, stored } = queueWith(() => new Promise((resolve) => answers.push(resolve)));
    const ours = lease(queue, 'a', 0);
    const outcomes = Promise.allSettled([ours.commit(at(1)), nextTurn().then(() => ours.commit(at(2)))]);
    await nextTurn();
    await vi.advanceTimersByTimeAsync(5_000);
    const late = { reason: { code: 'BROKER_UNAVAILABLE', retryable: true } };
    expect(await outcomes).toMatchObject([late, late]);
    vi.useRealTimers();
    answers[0]!();
    await nextTurn();
    const last = ours.commit(at(3));
    await vi.waitFor(() => expect(stored).toHaveBeenCalledTimes(2));
    answers[1]!();
    await last;
    expect(stored.mock.calls[1]).toEqual([
      [{ topic: 'a', partitions: [{ partition: 0, offset: '3', metadata: 'm' }] }],
    ]);
  });
});
