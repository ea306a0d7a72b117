import { Fifo } from './fifo.ts';

/**
 * Lanes of one line that may have a turn, in the order in which they became so. A long one, which will be busy for longest,
 * does not stand in line behind all the others, or nothing would be left in the end but its calls, one after the other: the
 * long ones, and the others, take every second turn while there are both.
 */
export class ReadyLanes<Lane extends object> {
  readonly #long = new Fifo<Lane>();
  readonly #others = new Fifo<Lane>();
  #afterLong = false;

  get size(): number {
    return this.#long.size + this.#others.size;
  }

  push(lane: Lane, { long }: { readonly long: boolean }): void {
    (long ? this.#long : this.#others).push(lane);
  }

  shift(): Lane | undefined {
    const long = this.#afterLong ? this.#others.size === 0 : this.#long.size > 0;
    this.#afterLong = long;
    return (long ? this.#long : this.#others).shift();
  }

  /** Takes out any of them, drawn by `random`, from 0 to 1. */
  draw(random: () => number): Lane | undefined {
    if (this.size === 0) return undefined;
    const place = Math.min(Math.floor(random() * this.size), this.size - 1);
    const { size } = this.#long;
    return place < size ? this.#long.take(place) : this.#others.take(place - size);
  }

  remove(isGone: (lane: Lane) => boolean): void {
    this.#long.remove(isGone);
    this.#others.remove(isGone);
  }

  clear(): void {
    this.#long.clear();
    this.#others.clear();
  }
}
