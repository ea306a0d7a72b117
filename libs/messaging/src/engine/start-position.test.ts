import { describe, expect, it } from 'vitest';
import { type StartAt, startPosition } from './start-position.ts';

const whatever: readonly StartAt[] = ['earliest', 'latest', 'committed'];
const log = { logStart: 10, logEnd: 50 };

function committedAt(offset: number) {
  return { ...log, committed: { offset, metadata: '' } };
}

describe('where a group begins in a partition', () => {
  it.each(whatever)('is its commit, and "%s" is not asked', (startAt) => {
    expect(startPosition(committedAt(20), startAt)).toEqual({ from: 'commit', offset: 20, unread: 0 });
  });

  it('is the end, and nothing is amiss, when it has read everything', () => {
    expect(startPosition(committedAt(50), 'earliest')).toEqual({ from: 'commit', offset: 50, unread: 0 });
  });

  it('is the first record when it has committed that it had read nothing', () => {
    const committed = { offset: 0, metadata: '' };
    const position = startPosition({ committed, logStart: 0, logEnd: 50 }, 'latest');
    expect(position).toEqual({ from: 'commit', offset: 0, unread: 0 });
  });

  it('is where it was told to start, when it has committed nothing', () => {
    const unknown = { ...log, committed: undefined };
    expect(startPosition(unknown, 'earliest')).toEqual({ from: 'policy', offset: 10 });
    expect(startPosition(unknown, 'latest')).toEqual({ from: 'policy', offset: 50 });
    expect(startPosition(unknown, 'committed')).toEqual({ from: 'nowhere' });
  });

  it.each(whatever)('is the oldest record when its commit is older, and what is gone is counted: "%s"', (startAt) => {
    expect(startPosition(committedAt(4), startAt)).toEqual({ from: 'commit', offset: 10, unread: 6 });
  });

  it.each(whatever)('is the oldest record when the log ends before its commit: it is another log, "%s"', (startAt) => {
    expect(startPosition(committedAt(51), startAt)).toEqual({ from: 'anew', offset: 10 });
  });
});
