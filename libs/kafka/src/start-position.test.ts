import { describe, expect, it } from 'vitest';
import { startPosition } from './start-position.ts';

const partition = { topic: 't', partition: 0, committed: -1, logStart: 10, logEnd: 50 };

describe('where a group begins in a partition', () => {
  it('is its commit, whatever it was told to start with', () => {
    for (const startAt of ['earliest', 'latest', 'committed'] as const) {
      const position = startPosition({ ...partition, committed: 20 }, startAt);
      expect(position).toEqual({ from: 'commit', offset: 20, unread: 0 });
    }
    expect(startPosition({ ...partition, committed: 0, logStart: 0 }, 'latest')).toMatchObject({ offset: 0 });
  });

  it('is where it was told to start, when it has committed nothing', () => {
    expect(startPosition(partition, 'earliest')).toEqual({ from: 'policy', offset: 10, unread: 0 });
    expect(startPosition(partition, 'latest')).toEqual({ from: 'policy', offset: 50, unread: 0 });
    expect(startPosition(partition, 'committed')).toEqual({ from: 'nowhere' });
  });

  it('is the oldest record when its commit is older, and what is gone is counted', () => {
    const position = startPosition({ ...partition, committed: 4 }, 'committed');
    expect(position).toEqual({ from: 'commit', offset: 10, unread: 6 });
  });

  it('is the oldest record when kafkajs has reset the commit', () => {
    for (const startAt of ['earliest', 'latest', 'committed'] as const) {
      expect(startPosition({ ...partition, committed: -2 }, startAt)).toMatchObject({ from: 'policy', offset: 10 });
    }
  });
});
