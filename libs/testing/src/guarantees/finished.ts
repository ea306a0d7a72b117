import type { Commit } from '@millrace/messaging';
import { decodePlace } from '@millrace/messaging/membership';
import { decodeOffsetMap } from '@millrace/messaging/testing';

/** Offsets from `from` on, up to but without `to`. */
export interface OffsetRange {
  readonly from: number;
  readonly to: number;
}

/** What a commit says to be finished: everything below an offset, and ranges beyond it. */
export interface Finished {
  readonly below: number;
  readonly beyond: readonly OffsetRange[];
}

/** Nothing at all. */
export const nothingFinished: Finished = { below: 0, beyond: [] };

/** A map that was not written for the offset beside it says nothing. */
export function finishedIn(commit: Commit | undefined): Finished {
  if (!commit) return nothingFinished;
  const { offset } = commit;
  const { metadata } = decodePlace(commit.metadata);
  const map = metadata === '' ? undefined : decodeOffsetMap(metadata);
  const believable = typeof map === 'object' && map.base === offset;
  return { below: offset, beyond: believable ? map.finished : [] };
}

/** Whether `offset` is in it. */
export function isFinished({ below, beyond }: Finished, offset: number): boolean {
  return offset < below || isWithin(beyond, offset);
}

/** Whether `offset` is in one of the ranges, which rise. */
export function isWithin(ranges: readonly OffsetRange[], offset: number): boolean {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle]?.to ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return offset >= (ranges[low]?.from ?? Infinity);
}

/** What is in `ranges` and not in `others`, both rising. Takes time by the number of ranges. */
export function* subtractRanges(
  ranges: readonly OffsetRange[],
  others: readonly OffsetRange[],
): Generator<OffsetRange, void> {
  let index = 0;
  for (const { from, to } of ranges) {
    let next = from;
    while ((others[index]?.to ?? Infinity) <= next) index++;
    for (let at = index; next < to; at++) {
      const other = others[at];
      if (!other || other.from >= to) break;
      if (other.from > next) yield { from: next, to: other.from };
      next = Math.max(next, other.to);
    }
    if (next < to) yield { from: next, to };
  }
}
