import type { Clock } from '../clock.ts';

interface Timer {
  readonly atMs: number;
  readonly wake: () => void;
}

/** Time that passes only when it is told to, and then at once. */
export class VirtualClock implements Clock {
  readonly #startMs: number;
  #markMs = 0;
  /** The next one first; of equal time in the order in which they were set. */
  readonly #timers: Timer[] = [];

  /** @param startMs what `now` says at first, in ms since 1970 */
  constructor(startMs = Date.now()) {
    this.#startMs = startMs;
  }

  /** How many wait for their time. */
  get waiting(): number {
    return this.#timers.length;
  }

  now(): number {
    return this.#startMs + this.#markMs;
  }

  mark(): number {
    return this.#markMs;
  }

  after(ms: number, wake: () => void): () => void {
    const timer = { atMs: this.#markMs + ms, wake };
    this.#timers.splice(this.#timers.findLastIndex(({ atMs }) => atMs <= timer.atMs) + 1, 0, timer);
    return () => this.#forget(timer);
  }

  /** Goes on to the moment of the next timer and wakes that one; false where there is none. */
  next(): boolean {
    const timer = this.#timers.shift();
    if (!timer) return false;
    this.#markMs = timer.atMs;
    timer.wake();
    return true;
  }

  #forget(timer: Timer): void {
    const index = this.#timers.indexOf(timer);
    if (index !== -1) this.#timers.splice(index, 1);
  }
}
