import { seededRandom } from '@millrace/messaging/testing';
import type { CallId } from '../stub/call-id.ts';

/** Which key each record has: its own, one of `count` with equal chances, or one of `count` by Zipf's law. */
export type Keys =
  | { readonly kind: 'distinct' }
  | { readonly kind: 'uniform'; readonly count: number }
  | { readonly kind: 'zipf'; readonly exponent: number; readonly count: number };

/** Draws ids without end, the same ones each time; key 0 is the most frequent one. */
export function* callIds(keys: Keys): Generator<CallId, never> {
  const nextKey = keyDrawer(keys);
  const sequences = new Map<number, number>();
  for (;;) {
    const key = nextKey();
    const sequence = keys.kind === 'distinct' ? 0 : (sequences.get(key) ?? 0);
    if (keys.kind !== 'distinct') sequences.set(key, sequence + 1);
    yield { key, sequence };
  }
}

/** The share of all records that the most frequent key has; 0 where each has its own. */
export function hottestShare(keys: Keys): number {
  if (keys.kind === 'distinct') return 0;
  return keys.kind === 'uniform' ? 1 / keys.count : 1 / cumulated(keys).at(-1)!;
}

function keyDrawer(keys: Keys): () => number {
  let next = 0;
  if (keys.kind === 'distinct') return () => next++;
  const random = seededRandom(1);
  if (keys.kind === 'uniform') return () => Math.floor(random() * keys.count);
  const sums = cumulated(keys);
  const all = sums.at(-1)!;
  return () => firstAbove(sums, random() * all);
}

/** The sums of 1 / rank^exponent: https://en.wikipedia.org/wiki/Zipf%27s_law */
function cumulated({ exponent, count }: { readonly exponent: number; readonly count: number }): Float64Array {
  const sums = new Float64Array(count);
  for (let rank = 1, sum = 0; rank <= count; rank++) sums[rank - 1] = sum += rank ** -exponent;
  return sums;
}

/** The index of the first sum that is greater than `value`. */
function firstAbove(sums: Float64Array, value: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sums[middle]! > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
