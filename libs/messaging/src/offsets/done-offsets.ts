import type { Commit } from '../ports/record-source.ts';
import { decodeOffsetMap } from './offset-map.ts';

/** What a group has done of a partition, by what it has committed. */
export interface DoneOffsets {
  isDone(offset: number): boolean;
  /** Nothing is done from here on. */
  readonly end: number;
}

/** For those who look on from outside: whether the map is about this log is not asked, as its owner does. */
export function doneOffsets({ offset: committed, metadata }: Commit): DoneOffsets {
  const map = decodeOffsetMap(metadata);
  const ranges = typeof map === 'string' || map.base !== committed ? [] : map.finished;
  return {
    isDone: (offset) => offset < committed || ranges.some(({ from, to }) => offset >= from && offset < to),
    end: Math.max(committed, ranges.at(-1)?.to ?? 0),
  };
}
