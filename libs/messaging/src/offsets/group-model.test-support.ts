import { expect } from 'vitest';
import { decodeOffsetMap } from './offset-map.ts';
import { OffsetTracker, type Unfinished } from './offset-tracker.ts';
import { recordAt } from '../ports/record.test-support.ts';
import type { Commit } from '../ports/record-source.ts';

/** What happens in the life of a group. */
export type GroupStep =
  | { readonly does: 'deliver'; readonly count: number; readonly covers: number }
  | { readonly does: 'finish'; readonly picks: readonly number[] }
  | { readonly does: 'commit' }
  | { readonly does: 'crash' }
  | { readonly does: 'compact'; readonly pick: number };

/**
 * A log, a group and its lives, with sets in place of lists, ranges and codes. What is finished is what the last commit said
 * and what was finished since; a crash forgets what was not committed.
 */
export class GroupModel {
  /** Offsets of the log that hold a record. */
  log: readonly number[];
  /** What really was finished, in any life. */
  readonly ever = new Set<number>();
  finished = new Set<number>();
  readonly held = new Map<number, Unfinished>();
  committed: Commit | undefined;
  tracker: OffsetTracker;
  next = 0;
  /** The map is not believed before its first record came. */
  offered = false;

  constructor(log: readonly number[]) {
    this.log = log;
    this.tracker = this.#track();
  }

  take(step: GroupStep): void {
    if (step.does === 'deliver') this.#deliver(step);
    else if (step.does === 'finish') this.#finish(step.picks);
    else if (step.does === 'commit') this.committed = this.tracker.commit();
    else if (step.does === 'crash') this.#crash();
    else this.#compact(step.pick);
  }

  /** Everything that can be seen of the tracker, as these sets have it. */
  check(): void {
    const unfinished = [...this.held.keys()];
    const { tracker } = this;
    expect(tracker.unfinished).toBe(unfinished.length);
    expect(tracker.first?.offset).toBe(unfinished[0]);
    const firstUndone = this.log.find((offset) => !this.finished.has(offset)) ?? Infinity;
    expect(tracker.position).toBeLessThanOrEqual(firstUndone);
    if (unfinished.length > 0) expect(tracker.position).toBe(firstUndone);
    else expect(tracker.position).toBeGreaterThanOrEqual(Math.min(this.next, firstUndone));
    const commit = tracker.commit();
    expect(commit.offset).toBeLessThanOrEqual(tracker.position);
    expect(commit.offset).toBeGreaterThanOrEqual(this.#base);
    const claimed = this.#claimed(commit);
    expect([...claimed].filter((offset) => !this.ever.has(offset))).toEqual([]);
    expect(claimed).toEqual(new Set(this.log.filter((offset) => this.finished.has(offset))));
  }

  #track(): OffsetTracker {
    this.offered = this.committed !== undefined && this.committed.metadata !== '';
    const dropped = () => {
      expect(this.#baseIsThere()).toBe(false);
    };
    return new OffsetTracker({ log: 't 0', start: this.#base, committed: this.committed, dropped });
  }

  #deliver({ count, covers }: { readonly count: number; readonly covers: number }): void {
    const coming = this.log.filter((offset) => offset >= this.next);
    for (const offset of coming.slice(0, count)) this.#deliverOne(offset);
    const end = coming[count] ?? this.next + covers;
    const covered = Math.min(end, this.next + covers);
    if (covered > this.next) this.#judge();
    this.tracker.cover(covered);
    this.next = Math.max(this.next, covered);
  }

  #deliverOne(offset: number): void {
    this.#judge();
    const delivered = this.tracker.deliver(recordAt(offset));
    expect(typeof delivered === 'string' ? delivered : 'new').toBe(this.finished.has(offset) ? 'done' : 'new');
    if (typeof delivered !== 'string') this.held.set(offset, delivered);
    this.next = offset + 1;
    expect(this.tracker.deliver(recordAt(offset))).toBe('known');
  }

  #finish(picks: readonly number[]): void {
    for (const pick of picks) {
      const [offset, unfinished] = [...this.held][pick % this.held.size] ?? [];
      if (offset === undefined || !unfinished) return;
      this.tracker.finish(unfinished);
      this.held.delete(offset);
      this.finished.add(offset);
      this.ever.add(offset);
    }
  }

  #crash(): void {
    this.held.clear();
    this.finished = this.#claimed(this.committed ?? { offset: 0, metadata: '' });
    this.next = this.#base;
    this.tracker = this.#track();
  }

  /** Takes a record out of the log that nobody holds; its neighbours stay. */
  #compact(pick: number): void {
    const free = this.log.filter((offset) => !this.held.has(offset));
    const gone = free[pick % free.length];
    this.log = this.log.filter((offset) => offset !== gone);
  }

  /** Without its first record a map is nothing. */
  #judge(): void {
    if (this.offered && !this.#baseIsThere()) {
      this.finished = new Set([...this.finished].filter((offset) => offset < this.#base));
    }
    this.offered = false;
  }

  get #base(): number {
    return this.committed?.offset ?? 0;
  }

  #baseIsThere(): boolean {
    return this.log.includes(this.#base);
  }

  #claimed({ offset: end, metadata }: Commit): Set<number> {
    const map = decodeOffsetMap(metadata);
    const ranges = typeof map === 'string' ? [] : map.finished;
    return new Set(this.log.filter((each) => each < end || ranges.some(({ from, to }) => from <= each && each < to)));
  }
}
