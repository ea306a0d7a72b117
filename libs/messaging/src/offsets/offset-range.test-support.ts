import type { OffsetRange } from './offset-range.ts';
import { seededRandom } from '../testing/seeded-random.ts';

/** What the ones of `bits` say, the first one about `base`. */
export function rangesOf(base: number, bits: string): readonly OffsetRange[] {
  return [...bits.matchAll(/1+/g)].map(({ 0: ones, index }) => ({
    from: base + index,
    to: base + index + ones.length,
  }));
}

/** That many bits, of which `ones` are set; the last one is. */
export function randomBits(
  count: number,
  { seed, ones = 0.5 }: { readonly seed: number; readonly ones?: number },
): string {
  const random = seededRandom(seed);
  return `${Array.from({ length: count - 1 }, () => (random() < ones ? '1' : '0')).join('')}1`;
}
