/** A rate from some moment on. */
interface Stretch {
  readonly fromMark: number;
  readonly perSecond: number;
}

/**
 * A rate that changes, and what it allows in the last second: its integral. Where the rates of several instances never add up
 * to more than the whole, neither do their allowances, whenever one gives up a part and another takes it.
 */
export class Allowance {
  /** The oldest first; nothing was allowed before there was a rate. */
  readonly #stretches: Stretch[] = [];
  #current: Stretch = { fromMark: -Infinity, perSecond: 0 };

  get perSecond(): number {
    return this.#current.perSecond;
  }

  /** When the rate changed last. */
  get changedMark(): number {
    return this.#current.fromMark;
  }

  set(perSecond: number, mark: number): void {
    if (this.changedMark === mark) this.#stretches.pop();
    this.#current = { fromMark: mark, perSecond };
    this.#stretches.push(this.#current);
    while ((this.#stretches[1]?.fromMark ?? Infinity) <= mark - 1_000) this.#stretches.shift();
  }

  /** How many calls it allows in the second that ends at `mark`. */
  inSecondTo(mark: number): number {
    let calls = 0;
    let to = mark;
    for (let index = this.#stretches.length - 1; index >= 0 && to > mark - 1_000; index--) {
      const { fromMark, perSecond } = this.#stretches[index] ?? { fromMark: 0, perSecond: 0 };
      const from = Math.max(fromMark, mark - 1_000);
      if (to > from) calls += (perSecond * (to - from)) / 1_000;
      to = Math.min(to, from);
    }
    return calls;
  }
}
