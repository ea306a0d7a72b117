import type { Commit } from '../ports/record-source.ts';
import { decodeOffsetMap } from './offset-map.ts';

/** What a group has done of a partition, by what it has committed. */
export interface DoneOffsets {
  isDone(offset: number): boolean;
  /** How many are done from `from` to before `to`. */
  count(from: number, to: number): number;
  /** Nothing is done from here on. */
  readonly end: number;
}

/** For those who look on from outside: whether the map is about this log is not asked, as its owner does. */
export function doneOffsets({ offset: committed, metadata }: Commit): DoneOffsets {
  const map = decodeOffsetMap(metadata);
  const ranges = typeof map === 'string' || map.base !== committed ? [] : map.finished;
  return {
    isDone: (offset) => offset < committed || ranges.some(({ from, to }) => offset >= from && offset < to),
    count: (from, to) =>
      [{ from: 0, to: committed }, ...ranges].reduce((sum, each) => sum + overlap(each, { from, to }), 0),
    end: Math.max(committed, ranges.at(-1)?.to ?? 0),
  };
}

function overlap(one: { readonly from: number; readonly to: number }, other: typeof one): number {
  return Math.max(0, Math.min(one.to, other.to) - Math.max(one.from, other.from));
}
