import { createLogger } from '@millrace/telemetry';
import { describe, expect, it } from 'vitest';
import { checksumOf } from '../offsets/checksum.ts';
import { LeaseWork, type LeaseWorkOptions } from './lease-work.ts';
import { decodeOffsetMap } from '../offsets/offset-map.ts';
import type { Unfinished } from '../offsets/offset-tracker.ts';
import { recordAt } from '../ports/record.test-support.ts';
import type { Commit } from '../ports/record-source.ts';
import { ServiceError } from '../errors/service-error.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

const away = () => new ServiceError('BROKER_UNAVAILABLE', 'not confirmed');

/** A lease whose commits wait until they are answered. */
function work({ start = 0, committed }: Partial<Pick<LeaseWorkOptions, 'start' | 'committed'>> = {}) {
  const lines: Line[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Line);
  const end = new AbortController();
  const commits: (Commit & { done: () => void; fail: (error: unknown) => void })[] = [];
  const lease = {
    topic: 't',
    partition: 7,
    epoch: 1,
    committed,
    logStart: 0,
    logId: 'cluster t 7',
    logEnd: 100,
    signal: end.signal,
    readFrom: () => {},
    commit: (commit: Commit) =>
      new Promise<void>((done, fail) => {
        commits.push({ ...commit, done, fail });
      }),
    release: () => {},
    pause: () => {},
    resume: () => {},
  };
  const log = createLogger({ service: 'test', level: 'debug', destination: { write } });
  const leaseWork = new LeaseWork({ lease, start, committed, log });
  const deliver = (offset: number) => leaseWork.tracker.deliver(recordAt(offset)) as Unfinished;
  const finish = (offset: number) => leaseWork.tracker.finish(deliver(offset));
  return { work: leaseWork, commits, lines, end, deliver, finish };
}

/** Lets what waits for promises that are resolved go on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

describe('the work of a lease', () => {
  it('is dirty when the group has nothing stored for where it begins, else not before something changes', () => {
    const { work: withoutCommit } = work({ start: 5 });
    expect(withoutCommit).toMatchObject({ dirty: true, closing: false });
    withoutCommit.tracker.cover(6);
    expect(withoutCommit.dirty).toBe(true);
    expect(work({ start: 5, committed: { offset: 4, metadata: '' } }).work.dirty).toBe(true);
    const { work: clean, finish } = work({ start: 5, committed: { offset: 5, metadata: '' } });
    expect(clean.dirty).toBe(false);
    finish(5);
    expect(clean.dirty).toBe(true);
  });

  it('keeps no answer in memory for the one record of it that stays unfinished', () => {
    const { work: leaseWork } = work();
    const answers = [0, 1, 2, 3].map((answer) => {
      const bytes = Buffer.alloc(1_000, answer);
      const cut = (at: number) => ({ ...recordAt(10 * answer + at), value: bytes.subarray(100 * at, 100 * (at + 1)) });
      return Array.from({ length: 10 }, (_, at) => cut(at));
    });
    for (const records of answers) {
      const all = records.map((record) => leaseWork.tracker.deliver(record) as Unfinished);
      leaseWork.delivered(records, all.at(-1)!.record.offset + 1, 2_000);
      for (const one of all.slice(1)) leaseWork.tracker.finish(one);
    }
    const kept = [...leaseWork.tracker.unfinishedBelow(100)].map(({ value }) => value!);
    expect(kept.map(({ buffer }) => buffer.byteLength < 200)).toEqual([true, true, false, false]);
    expect(kept.map((value) => value.equals(Buffer.alloc(100, value[0])))).toEqual([true, true, true, true]);
  });

  it('commits what its tracker says, and knows then what is committed', async () => {
    const { work, commits, finish, deliver } = workFrom(0);
    expect(work.committed).toBe(0);
    finish(0);
    deliver(1);
    finish(2);
    const committing = work.commit();
    expect(commits).toMatchObject([work.tracker.commit()]);
    expect(commits[0]).toMatchObject({ offset: 1, metadata: expect.stringMatching(/^mr1\.1\./) as unknown });
    expect(work).toMatchObject({ committed: 0, dirty: true });
    commits[0]?.done();
    await committing;
    expect(work).toMatchObject({ committed: 1, dirty: false });
  });

  it('commits nothing while there is nothing new', async () => {
    const { work, commits } = workFrom(0);
    await work.commit();
    expect(commits).toEqual([]);
  });

  it('has one commit in flight at a time, and is dirty after it where more has changed meanwhile', async () => {
    const { work, commits, finish } = workFrom(0);
    finish(0);
    const first = work.commit();
    finish(1);
    const second = work.commit();
    expect(commits).toHaveLength(1);
    commits[0]?.done();
    await Promise.all([first, second]);
    expect(work).toMatchObject({ committed: 1, dirty: true });
    void work.commit();
    expect(commits).toMatchObject([{ offset: 1 }, { offset: 2 }]);
  });

  it('stays dirty when a commit failed, and warns of it once until one passes', async () => {
    const { work, commits, lines, finish } = workFrom(0);
    finish(0);
    for (const outcome of ['fails', 'fails', 'passes', 'fails'] as const) {
      const committing = work.commit();
      if (outcome === 'passes') commits.at(-1)?.done();
      else commits.at(-1)?.fail(away());
      await committing;
      expect(work.dirty).toBe(outcome === 'fails');
      expect(work.ended).toBe(false);
      if (outcome === 'passes') finish(1);
    }
    const said = lines.map(({ level, msg }) => `${level}: ${msg}`);
    expect(said).toEqual(['warn: commit failed', 'debug: commit failed', 'warn: commit failed']);
    expect(lines[0]).toMatchObject({ topic: 't', partition: 7, code: 'BROKER_UNAVAILABLE', message: 'not confirmed' });
  });

  it('has ended when its signal says so, or a commit', async () => {
    const { work: revoked, end } = workFrom(0);
    expect(revoked.ended).toBe(false);
    end.abort();
    expect(revoked.ended).toBe(true);
    const { work: lost, commits, lines, finish } = workFrom(0);
    finish(0);
    const committing = lost.commit();
    commits[0]?.fail(new ServiceError('LEASE_LOST', 'no longer ours'));
    await committing;
    expect(lost.ended).toBe(true);
    expect(lines).toMatchObject([{ level: 'debug', code: 'LEASE_LOST' }]);
  });

  it('is lost for good, whatever comes of a later commit', async () => {
    const { work, commits, finish } = workFrom(0);
    finish(0);
    for (const error of [new ServiceError('LEASE_LOST', 'no longer ours'), away()]) {
      const committing = work.commit();
      commits.at(-1)?.fail(error);
      await committing;
    }
    expect(work.ended).toBe(true);
  });

  it('says why a map it inherited is not believed', () => {
    const { lines } = work({ start: 5, committed: { offset: 5, metadata: 'of another program' } });
    expect(lines).toMatchObject([{ level: 'warn', why: 'foreign', offset: 5, topic: 't', partition: 7 }]);
    expect(lines[0]?.msg).toBe('offset map not believed; what it says is called again');
  });

  it('writes into its map which log that is about', () => {
    const { work, deliver } = workFrom(0);
    deliver(0);
    expect(decodeOffsetMap(work.tracker.commit().metadata)).toMatchObject({ log: checksumOf('cluster t 7') });
  });

  it('is idle when every turn that started has ended', async () => {
    const { work } = workFrom(0);
    const idle: string[] = [];
    await work.idle();
    work.turnStarted();
    work.turnStarted();
    void work.idle().then(() => idle.push('first'));
    void work.idle().then(() => idle.push('second'));
    work.turnEnded();
    await settle();
    expect(idle).toEqual([]);
    work.turnEnded();
    await settle();
    expect(idle).toEqual(['first', 'second']);
    work.turnStarted();
    void work.idle().then(() => idle.push('third'));
    await settle();
    expect(idle).toHaveLength(2);
  });
});

describe('the last commits', () => {
  it('are made at once while the first joins one in flight that knew less', async () => {
    const { work, commits, finish } = workFrom(0);
    const clock = new VirtualClock();
    finish(0);
    void work.commit();
    finish(1);
    const all = work.commitAll(250, clock);
    commits[0]?.done();
    await settle();
    commits[1]?.done();
    await all;
    expect(commits).toMatchObject([{ offset: 1 }, { offset: 2 }]);
    expect(clock.mark()).toBe(0);
  });

  it('are repeated four times, apart after the second', async () => {
    const { work, commits, finish } = workFrom(0);
    const clock = new VirtualClock();
    finish(0);
    const all = work.commitAll(250, clock);
    const triedAt: number[] = [];
    for (let tried = 0; tried < 4; tried++) {
      await settle();
      if (commits.length === tried) clock.next();
      await settle();
      triedAt.push(clock.mark());
      commits[tried]?.fail(away());
    }
    await all;
    expect(triedAt).toEqual([0, 0, 250, 500]);
    expect(commits).toHaveLength(4);
    expect(work.dirty).toBe(true);
  });

  it('are none when there is nothing to commit, or the lease has ended', async () => {
    const clean = workFrom(0);
    await clean.work.commitAll(250, new VirtualClock());
    expect(clean.commits).toEqual([]);
    const ended = workFrom(0);
    ended.finish(0);
    ended.end.abort();
    await ended.work.commitAll(250, new VirtualClock());
    expect(ended.commits).toEqual([]);
  });
});

/** One that goes on from a commit. */
function workFrom(offset: number) {
  return work({ start: offset, committed: { offset, metadata: '' } });
}
