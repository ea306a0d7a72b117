import { describe, expect, it } from 'vitest';
import { checksumOf } from './checksum.ts';
import { fingerprintOf } from './fingerprint.ts';
import { decodeOffsetMap, encodeOffsetMap, maxMapLength } from './offset-map.ts';
import type { OffsetRange } from './offset-range.ts';
import { type DroppedMap, OffsetTracker, type Unfinished } from './offset-tracker.ts';
import { recordAt } from '../ports/record.test-support.ts';
import type { Commit } from '../ports/record-source.ts';
import { seededRandom } from '../testing/seeded-random.ts';

/** A life of a group: a tracker, and what was held while it was used. */
class Life {
  readonly tracker: OffsetTracker;
  readonly dropped: DroppedMap[] = [];
  readonly #held = new Map<number, Unfinished>();

  constructor(start: number, committed?: Commit) {
    this.tracker = new OffsetTracker({ log: 't 0', start, committed, dropped: (why) => this.dropped.push(why) });
  }

  /** Delivers the records at `offsets`, and says what the tracker called them. */
  deliver(...offsets: readonly number[]): readonly string[] {
    return offsets.map((offset) => {
      const delivered = this.tracker.deliver(recordAt(offset));
      if (typeof delivered === 'string') return delivered;
      this.#held.set(offset, delivered);
      return 'new';
    });
  }

  finish(...offsets: readonly number[]): void {
    for (const offset of offsets) this.tracker.finish(this.#held.get(offset)!);
  }

  /** The life after a crash: what was committed is all that is left. */
  next(): Life {
    const commit = this.tracker.commit();
    return new Life(commit.offset, commit);
  }
}

const upTo = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

function lifeOf(...offsets: readonly number[]): Life {
  const life = new Life(offsets[0] ?? 0);
  life.deliver(...offsets);
  return life;
}

/** Of a commit made by hand. */
function committed(base: number, finished: readonly OffsetRange[], { log = 'log', name = 't 0' } = {}): Commit {
  const fingerprint = fingerprintOf(recordAt(base, { log }));
  return { offset: base, metadata: encodeOffsetMap({ base, log: checksumOf(name), fingerprint, finished }) };
}

/** What a commit says to be finished beyond its offset. */
function finishedIn({ metadata }: Commit): readonly OffsetRange[] {
  const map = decodeOffsetMap(metadata);
  return typeof map === 'string' ? [] : map.finished;
}

describe('the position', () => {
  it('is the start before anything came in', () => {
    expect(new Life(7).tracker.position).toBe(7);
  });

  it('passes over what is missing before the first record', () => {
    const life = new Life(7);
    life.deliver(10);
    expect(life.tracker.position).toBe(10);
  });

  it('stays at the first record until that is finished, whatever is finished behind it', () => {
    const life = lifeOf(10, 11, 12);
    life.finish(11, 12);
    expect(life.tracker.position).toBe(10);
    life.finish(10);
    expect(life.tracker.position).toBe(13);
  });

  it('passes over offsets that were never delivered', () => {
    const life = lifeOf(10, 17);
    life.finish(10);
    expect(life.tracker.position).toBe(17);
    life.tracker.cover(30);
    expect(life.tracker.position).toBe(17);
    life.finish(17);
    expect(life.tracker.position).toBe(30);
  });

  it('moves on over batches without any record, and never back', () => {
    const { tracker } = new Life(0);
    for (const [coveredTo, position] of [
      [5, 5],
      [9, 9],
      [3, 9],
      [9, 9],
    ] as const) {
      tracker.cover(coveredTo);
      expect(tracker.position).toBe(position);
    }
  });
});

describe('a record that comes in', () => {
  it('is refused when it was delivered or covered before', () => {
    const life = lifeOf(10);
    expect(life.deliver(9, 10)).toEqual(['known', 'known']);
    life.finish(10);
    expect(life.deliver(10)).toEqual(['known']);
    life.tracker.cover(20);
    expect(life.deliver(19, 20)).toEqual(['known', 'new']);
  });

  it('is unfinished until it is finished, once', () => {
    const life = lifeOf(1, 2, 3);
    expect(life.tracker.unfinished).toBe(3);
    expect(life.tracker.first).toEqual(recordAt(1));
    life.finish(1, 1);
    expect(life.tracker.unfinished).toBe(2);
    expect(life.tracker.first).toEqual(recordAt(2));
    life.finish(3, 2, 3);
    expect(life.tracker.unfinished).toBe(0);
    expect(life.tracker.first).toBeUndefined();
  });
});

describe('the commit', () => {
  it('is the position alone while everything is finished', () => {
    const life = lifeOf(10, 11);
    life.finish(11, 10);
    expect(life.tracker.commit()).toEqual({ offset: 12, metadata: '' });
  });

  it('begins with the start, and with what was committed there', () => {
    expect(new Life(7).tracker.commit()).toEqual({ offset: 7, metadata: '' });
    const commit = committed(7, [{ from: 8, to: 9 }]);
    expect(new Life(7, commit).tracker.commit()).toEqual(commit);
    expect(new Life(7, { ...commit, metadata: 'foreign' }).tracker.commit()).toEqual({ offset: 7, metadata: '' });
  });

  it('carries the fingerprint of the first unfinished record also when nothing is finished behind it', () => {
    expect(lifeOf(10, 11).tracker.commit()).toEqual(committed(10, []));
  });

  it('says what is finished beyond the first unfinished record', () => {
    const life = lifeOf(...upTo(10, 20));
    life.finish(10, 12, 13, 19);
    expect(life.tracker.commit()).toEqual(
      committed(11, [
        { from: 12, to: 14 },
        { from: 19, to: 20 },
      ]),
    );
  });

  it('says nothing of offsets without a record between unfinished ones', () => {
    const life = lifeOf(10, 20, 30, 40);
    expect(finishedIn(life.tracker.commit())).toEqual([]);
    life.finish(30);
    expect(finishedIn(life.tracker.commit())).toEqual([{ from: 21, to: 40 }]);
  });

  it('is the same object until something changes', () => {
    const life = lifeOf(10, 11);
    const commit = life.tracker.commit();
    life.deliver(12);
    expect(life.tracker.commit()).toBe(commit);
    life.finish(11);
    expect(life.tracker.commit()).not.toBe(commit);
  });
});

describe('the number of changes', () => {
  it('is 0 in the beginning, and grows when something is finished, or the first record or a gap moves the position', () => {
    const life = new Life(0);
    const changed = (act: () => void) => {
      const before = life.tracker.changes;
      act();
      return life.tracker.changes > before;
    };
    expect(life.tracker.changes).toBe(0);
    expect(changed(() => life.tracker.cover(5))).toBe(true);
    expect(changed(() => life.tracker.cover(5))).toBe(false);
    expect(changed(() => life.deliver(5))).toBe(true);
    expect(changed(() => life.deliver(5))).toBe(false);
    expect(changed(() => life.deliver(6, 9))).toBe(false);
    expect(changed(() => life.tracker.cover(12))).toBe(false);
    expect(changed(() => life.finish(6))).toBe(true);
    expect(changed(() => life.finish(6))).toBe(false);
    expect(changed(() => life.finish(5))).toBe(true);
  });
});

describe('a map that was inherited', () => {
  it('tells the records that were done from those that were not', () => {
    const life = lifeOf(...upTo(10, 20));
    life.finish(12, 13, 19);
    const next = life.next();
    expect(next.deliver(...upTo(10, 21))).toEqual(
      upTo(10, 21).map((offset) => ([12, 13, 19].includes(offset) ? 'done' : 'new')),
    );
    expect(next.tracker.unfinished).toBe(8);
    expect(next.dropped).toEqual([]);
  });

  it('is not forgotten where its records have not come again yet', () => {
    const life = lifeOf(...upTo(0, 5_000));
    life.finish(...upTo(1, 5_000));
    const next = life.next();
    next.deliver(...upTo(0, 100));
    expect(next.tracker.commit()).toEqual(committed(0, [{ from: 1, to: 5_000 }]));
    next.finish(0);
    expect(next.tracker.position).toBe(5_000);
    expect(next.tracker.commit()).toEqual({ offset: 5_000, metadata: '' });
  });

  it('is gone on with from the newest record seen, where the first unfinished one has not come again yet', () => {
    const life = lifeOf(...upTo(0, 10));
    life.finish(...upTo(1, 10).filter((offset) => offset !== 5));
    const next = life.next();
    next.deliver(0, 1, 2);
    next.finish(0);
    expect(next.tracker.position).toBe(5);
    expect(next.tracker.commit()).toEqual(
      committed(2, [
        { from: 2, to: 5 },
        { from: 6, to: 10 },
      ]),
    );
    const last = next.next();
    expect(last.deliver(...upTo(2, 11))).toEqual(
      upTo(2, 11).map((offset) => (offset === 5 || offset === 10 ? 'new' : 'done')),
    );
    expect(last.dropped).toEqual([]);
    expect(last.tracker.commit()).toEqual(committed(5, [{ from: 6, to: 10 }]));
  });

  it('passes over its records that are not there any more', () => {
    const next = new Life(
      0,
      committed(0, [
        { from: 2, to: 4 },
        { from: 6, to: 8 },
        { from: 20, to: 30 },
      ]),
    );
    expect(next.deliver(0, 7, 10)).toEqual(['new', 'done', 'new']);
    expect(finishedIn(next.tracker.commit())).toEqual([
      { from: 1, to: 10 },
      { from: 20, to: 30 },
    ]);
    next.tracker.cover(25);
    expect(finishedIn(next.tracker.commit())).toEqual([
      { from: 1, to: 10 },
      { from: 25, to: 30 },
    ]);
    next.tracker.cover(40);
    next.finish(0, 10);
    expect(next.tracker.commit()).toEqual({ offset: 40, metadata: '' });
  });

  it.each<[why: DroppedMap, committed: () => Commit, start: number]>([
    ['foreign', () => ({ offset: 5, metadata: 'consumer-1@host' }), 5],
    ['newer', () => ({ offset: 5, metadata: 'mr2.5.x' }), 5],
    ['damaged', () => ({ offset: 5, metadata: `${committed(5, []).metadata}x` }), 5],
    ['moved', () => ({ ...committed(5, [{ from: 6, to: 9 }]), offset: 6 }), 6],
    ['moved', () => ({ ...committed(5, [{ from: 6, to: 9 }]), offset: 6 }), 5],
    ['moved', () => committed(5, [{ from: 6, to: 9 }], { name: 'mirrored.t 0' }), 5],
    ['gone', () => committed(5, [{ from: 6, to: 9 }]), 6],
    ['gone', () => committed(5, [{ from: 6, to: 9 }]), 4],
  ])('is dropped at once when it is %s, and everything is called again', (why, commit, start) => {
    const life = new Life(start, commit());
    expect(life.dropped).toEqual([why]);
    expect(life.deliver(start, start + 1, start + 2)).toEqual(['new', 'new', 'new']);
    life.finish(start);
    expect(life.tracker.commit()).toEqual(committed(start + 1, []));
    expect(life.dropped).toEqual([why]);
  });

  it('is dropped when its first record is gone: the first one that comes lies beyond', () => {
    const life = new Life(5, committed(5, [{ from: 6, to: 9 }]));
    expect(life.deliver(6, 7)).toEqual(['new', 'new']);
    expect(life.dropped).toEqual(['gone']);
  });

  it('is dropped when its first record is gone: a batch without any record covers it', () => {
    const life = new Life(5, committed(5, [{ from: 6, to: 9 }]));
    life.tracker.cover(5);
    expect(life.dropped).toEqual([]);
    life.tracker.cover(6);
    expect(life.dropped).toEqual(['gone']);
    expect(life.tracker.commit()).toEqual({ offset: 6, metadata: '' });
    expect(life.deliver(6)).toEqual(['new']);
  });

  it('is not missed where there was none', () => {
    const life = new Life(5, { offset: 5, metadata: '' });
    expect(life.deliver(5)).toEqual(['new']);
    expect(life.dropped).toEqual([]);
  });

  it('shows that the topic was made anew: another record lies at its base, and nothing of it is noted', () => {
    const commit = committed(5, [{ from: 6, to: 9 }], { log: 'another' });
    const life = new Life(5, commit);
    expect(life.deliver(5, 5, 6)).toEqual(['another-log', 'another-log', 'new']);
    expect(life.dropped).toEqual(['gone']);
    const untouched = new Life(5, commit);
    untouched.deliver(5);
    expect(untouched.dropped).toEqual([]);
    expect(untouched.tracker).toMatchObject({ position: 5, unfinished: 0, first: undefined, changes: 0 });
    expect(untouched.tracker.commit()).toEqual(commit);
  });
});

describe('a map near its limit', () => {
  /** So far apart that a map has room for few of them. */
  const random = seededRandom(1);
  let last = 0;
  const offsets = Array.from({ length: 4_000 }, () => (last += 1 + Math.floor(random() * 2 ** 20)));

  /** Delivers as the consumer does: nothing while the map is nearly full. Each second record is finished. */
  function fill(life: Life): readonly number[] {
    const delivered: number[] = [];
    for (const [index, offset] of offsets.entries()) {
      if (life.tracker.nearlyFull) break;
      life.deliver(offset);
      delivered.push(offset);
      if (index % 2 === 1) life.finish(offset);
    }
    return delivered;
  }

  it('is said so while it still fits, with room for what is held', () => {
    const life = new Life(0);
    expect(life.tracker.nearlyFull).toBe(false);
    expect(fill(life).length).toBeLessThan(offsets.length);
    expect(life.tracker.nearlyFull).toBe(true);
    const { length } = life.tracker.commit().metadata;
    expect(length).toBeGreaterThan(0.7 * maxMapLength);
    expect(length).toBeLessThan(0.9 * maxMapLength);
  });

  it('has room again only when it is clearly shorter', () => {
    const life = new Life(0);
    const delivered = fill(life);
    const full: number[] = [];
    const notFull: number[] = [];
    for (const offset of delivered) {
      if (life.tracker.first?.offset === offset) life.finish(offset);
      (life.tracker.nearlyFull ? full : notFull).push(life.tracker.commit().metadata.length);
    }
    expect(Math.max(...notFull)).toBeLessThan(2_048);
    expect(Math.min(...full)).toBeGreaterThan(1_700);
    expect(life.tracker.nearlyFull).toBe(false);
    expect(life.tracker.position).toBe(delivered.at(-1)! + 1);
  });

  it('is no reason not to take what the map itself speaks of, since nothing else could ever make room', () => {
    const life = new Life(0);
    const delivered = fill(life);
    const next = life.next();
    const seen = delivered.map((offset) => ({ as: next.deliver(offset)[0], nearlyFull: next.tracker.nearlyFull }));
    const lastDone = seen.findLastIndex(({ as }) => as === 'done');
    const spokenOf = seen.slice(0, lastDone);
    expect(spokenOf.length).toBeGreaterThan(600);
    expect(spokenOf.filter(({ nearlyFull }) => nearlyFull)).toEqual([]);
    expect(seen[lastDone]?.nearlyFull).toBe(true);
  });

  it('is not reached by one stuck record, however much is finished behind it', () => {
    const [stuck = 0, ...rest] = offsets;
    const life = lifeOf(stuck, ...rest);
    life.finish(...rest);
    expect(life.tracker.nearlyFull).toBe(false);
    expect(life.tracker.commit().metadata.length).toBeLessThan(60);
  });

  it('never exceeds it, and claims nothing that is not so, even where nobody heeds the warning', () => {
    const life = lifeOf(...offsets);
    const done = new Set(offsets.filter((_, index) => index % 2 === 1));
    life.finish(...done);
    expect(life.tracker.nearlyFull).toBe(true);
    expect(life.tracker.commit().metadata.length).toBeLessThanOrEqual(maxMapLength);
    const next = life.next();
    const said = offsets.filter((offset) => next.deliver(offset)[0] === 'done');
    expect(said.length).toBeGreaterThan(600);
    expect(said.filter((offset) => !done.has(offset))).toEqual([]);
  });
});
