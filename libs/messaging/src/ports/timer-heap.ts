/** A wait that has not ended, in a {@link TimerHeap}. */
export interface Timer {
  readonly atMs: number;
  readonly wake: () => void;
  /** In which order it was set, to decide between equal times. */
  readonly order: number;
  /** Where it is in the heap; -1 once it is out. */
  place: number;
}

/** Four children per node: flatter than two, and they lie side by side in memory. */
const arityBits = 2;

/**
 * Timers by time, and of equal time in the order in which they were set. A timer that is taken back leaves at once, so that
 * nothing but what waits takes memory. Setting one that is later than most costs the same however many wait, as a call's
 * deadline is; taking back costs their logarithm.
 */
export class TimerHeap {
  readonly #timers: Timer[] = [];
  #order = 0;

  get size(): number {
    return this.#timers.length;
  }

  /** The next one to wake. */
  get first(): Timer | undefined {
    return this.#timers[0];
  }

  add(atMs: number, wake: () => void): Timer {
    const timer: Timer = { atMs, wake, order: this.#order++, place: this.#timers.length };
    this.#timers.push(timer);
    this.#rise(timer, timer.place);
    return timer;
  }

  /** Takes out the next one to wake. */
  shift(): Timer | undefined {
    const first = this.#timers[0];
    if (first) this.remove(first);
    return first;
  }

  /** Harmless for one that is out. */
  remove(timer: Timer): void {
    const { place } = timer;
    if (place === -1) return;
    timer.place = -1;
    const last = this.#timers.pop();
    if (last && last !== timer && !this.#rise(last, place)) this.#sink(last, place);
  }

  /** Puts `timer` at `place` or nearer to the first; false where it belongs at `place` or further away. */
  #rise(timer: Timer, from: number): boolean {
    let place = from;
    while (place > 0) {
      const parentPlace = (place - 1) >> arityBits;
      const parent = this.#timers[parentPlace];
      if (!parent || !isBefore(timer, parent)) break;
      this.#put(parent, place);
      place = parentPlace;
    }
    this.#put(timer, place);
    return place !== from;
  }

  /** Puts `timer` at `place` or further away from the first. */
  #sink(timer: Timer, from: number): void {
    let place = from;
    for (;;) {
      const child = this.#firstChild(place);
      if (!child || !isBefore(child, timer)) break;
      const childPlace = child.place;
      this.#put(child, place);
      place = childPlace;
    }
    this.#put(timer, place);
  }

  #firstChild(parent: number): Timer | undefined {
    const begin = (parent << arityBits) + 1;
    const end = Math.min(begin + (1 << arityBits), this.#timers.length);
    let first = this.#timers[begin];
    for (let place = begin + 1; place < end; place++) {
      const child = this.#timers[place];
      if (first && child && isBefore(child, first)) first = child;
    }
    return first;
  }

  #put(timer: Timer, place: number): void {
    this.#timers[place] = timer;
    timer.place = place;
  }
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}
