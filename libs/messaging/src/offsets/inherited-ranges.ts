import type { OffsetRange } from './offset-range.ts';

/** What an earlier life of the group had finished, as far as it has not been delivered again. Constant time per record. */
export class InheritedRanges {
  readonly #ranges: readonly OffsetRange[];
  /** The first one that is not passed. */
  #index = 0;
  #next: number;

  /** `next`: the first offset to be delivered. */
  constructor(ranges: readonly OffsetRange[], next: number) {
    this.#ranges = ranges;
    this.#next = next;
  }

  /** How many there are. */
  get size(): number {
    return this.#ranges.length - this.#index;
  }

  /** The first offset from `next` on that is not in them. */
  get finishedTo(): number {
    const first = this.#ranges[this.#index];
    return first && first.from <= this.#next ? first.to : this.#next;
  }

  /** More is finished beyond {@link finishedTo}. */
  get goOn(): boolean {
    return (this.#ranges.at(-1)?.to ?? 0) > this.finishedTo;
  }

  /** Forgets what lies below `next`, the first offset to be delivered now. */
  passTo(next: number): void {
    this.#next = next;
    while ((this.#ranges[this.#index]?.to ?? Infinity) <= next) this.#index++;
  }

  *[Symbol.iterator](): Generator<OffsetRange> {
    for (const { from, to } of this.#ranges.slice(this.#index)) yield { from: Math.max(from, this.#next), to };
  }
}
