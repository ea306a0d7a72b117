import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { commitDelayMs, CommitSchedule } from './commit-schedule.ts';

const many = 500;

/** A schedule whose commits wait until they are answered. */
function schedule({ partitions = 1 } = {}) {
  const clock = new VirtualClock(0);
  const answers: ((confirmed: boolean) => void)[] = [];
  const commit = () => new Promise<boolean>((resolve) => answers.push(resolve));
  const commits = new CommitSchedule({ clock, partitions: () => partitions, commit });
  const finish = (outcomes: number) => {
    for (let outcome = 0; outcome < outcomes; outcome++) {
      commits.finished();
      commits.due();
    }
  };
  const answer = async (confirmed: boolean, at = answers.length - 1) => {
    answers[at]!(confirmed);
    await Promise.resolve();
    await Promise.resolve();
  };
  return { clock, commits, finish, answer, sent: () => answers.length };
}

describe('a commit', () => {
  it('is sent a moment after the first outcome, once for all that ended meanwhile', () => {
    const { clock, finish, sent } = schedule();
    finish(1);
    finish(many - 2);
    expect([sent(), clock.waiting]).toEqual([0, 1]);
    clock.next();
    expect([sent(), clock.now(), clock.waiting]).toEqual([1, commitDelayMs, 0]);
  });

  it('is sent at once when many outcomes wait for it, and no timer stays behind', () => {
    const { clock, finish, sent } = schedule();
    finish(many);
    expect([sent(), clock.waiting]).toEqual([1, 0]);
  });

  it('waits for more where it is about many partitions', () => {
    const { clock, finish, sent } = schedule({ partitions: 64 });
    finish(64 * 50 - 1);
    expect([sent(), clock.waiting]).toEqual([0, 1]);
    finish(1);
    expect([sent(), clock.waiting]).toEqual([1, 0]);
  });

  it('waits for the one before, and counts from that one on', async () => {
    const { finish, answer, sent } = schedule();
    finish(2 * many - 1);
    expect(sent()).toBe(1);
    await answer(true);
    expect(sent()).toBe(1);
    finish(1);
    expect(sent()).toBe(2);
  });

  it('is sent as soon as the one before is confirmed, where many ended meanwhile', async () => {
    const { clock, finish, answer, sent } = schedule();
    finish(2 * many);
    await answer(true);
    expect([sent(), clock.waiting]).toEqual([2, 0]);
  });

  it('is not hurried while Kafka does not confirm, and is again once it does', async () => {
    const { clock, finish, answer, sent } = schedule();
    finish(many);
    await answer(false);
    finish(3 * many);
    expect([sent(), clock.waiting]).toEqual([1, 1]);
    clock.next();
    expect([sent(), clock.now()]).toEqual([2, commitDelayMs]);
    await answer(true);
    finish(many);
    expect(sent()).toBe(3);
  });

  it('that takes long does not keep the next one from its time', () => {
    const { clock, finish, sent } = schedule();
    finish(many);
    finish(1);
    clock.next();
    expect([sent(), clock.now()]).toEqual([2, commitDelayMs]);
  });

  it('is not begun once the schedule is closed', async () => {
    const { clock, commits, finish, answer, sent } = schedule();
    finish(2 * many);
    finish(1);
    commits.close();
    expect(clock.waiting).toBe(0);
    await answer(true);
    finish(many);
    expect([sent(), clock.waiting]).toEqual([1, 0]);
  });
});
