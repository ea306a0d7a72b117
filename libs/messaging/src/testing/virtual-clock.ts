import type { Clock } from '../ports/clock.ts';
import { TimerHeap } from '../ports/timer-heap.ts';

/** Time that passes only when it is told to, and then at once. */
export class VirtualClock implements Clock {
  readonly #startMs: number;
  readonly #timers = new TimerHeap();
  #markMs = 0;

  /** @param startMs what `now` says at first, in ms since 1970 */
  constructor(startMs = Date.now()) {
    this.#startMs = startMs;
  }

  /** How many wait for their time. */
  get waiting(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#startMs + this.#markMs;
  }

  mark(): number {
    return this.#markMs;
  }

  after(ms: number, wake: () => void): () => void {
    const timer = this.#timers.add(this.#markMs + ms, wake);
    return () => this.#timers.remove(timer);
  }

  /** Goes on to the moment of the next timer and wakes that one; false where there is none. */
  next(): boolean {
    const timer = this.#timers.shift();
    if (!timer) return false;
    this.#markMs = timer.atMs;
    timer.wake();
    return true;
  }
}
