import { AsyncLocalStorage } from 'node:async_hooks';
import { type Timer, TimerHeap } from './timer-heap.ts';

/** Port: time as the consumer and its targets see it. */
export interface Clock {
  /** Milliseconds since 1970, by the clock on the wall, which may be set back. */
  now(): number;
  /** Milliseconds since some moment, by a clock that never jumps. */
  mark(): number;
  /** Calls `wake` once, in `ms` at the earliest; returns the function that takes this back, at any time. */
  after(ms: number, wake: () => void): () => void;
}

/** Node's longest timer; a longer one would fire at once. */
export const longestTimerMs = 2 ** 31 - 1;

/**
 * The machine's own time. Whatever waits on one clock shares one timer of Node, which keeps the process alive as long as
 * something waits. A wait is at least 1 ms; one beyond {@link longestTimerMs} ends there. What a `wake` throws is uncaught,
 * and keeps no other from being woken. Each runs in the asynchronous context in which the clock was made: no trace goes on
 * in what it wakes.
 */
export function createSystemClock(): Clock {
  const timers = new SystemTimers();
  return {
    now: () => Date.now(),
    mark: () => performance.now(),
    after: (ms, wake) => timers.set(ms, wake),
  };
}

class SystemTimers {
  /** Runs its argument in the context in which the clock was made, not in that of whoever set the timer of Node. */
  readonly #inOwnContext = AsyncLocalStorage.snapshot();
  readonly #heap = new TimerHeap();
  #timer: NodeJS.Timeout | undefined;
  /** When the timer of Node fires: not after the first of the heap, and before it where that one was taken back. */
  #firesAtMs = Infinity;
  #reachedMs = -Infinity;

  set(ms: number, wake: () => void): () => void {
    const nowMs = this.#nowMs();
    const timer = this.#heap.add(nowMs + nodeDelay(ms), wake);
    this.#arm(nowMs);
    return () => this.#takeBack(timer);
  }

  #takeBack(timer: Timer): void {
    this.#heap.remove(timer);
    if (this.#heap.size === 0) this.#disarm();
  }

  /** Never before a timer that has fired, although Node rounds and fires up to 1 ms early. */
  #nowMs(): number {
    return Math.max(performance.now(), this.#reachedMs);
  }

  #arm(nowMs: number): void {
    const atMs = this.#heap.first?.atMs ?? Infinity;
    if (atMs >= this.#firesAtMs) return;
    clearTimeout(this.#timer);
    this.#firesAtMs = atMs;
    this.#timer = setTimeout(() => this.#inOwnContext(() => this.#fire()), Math.ceil(nodeDelay(atMs - nowMs)));
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#firesAtMs = Infinity;
  }

  #fire(): void {
    this.#reachedMs = Math.max(performance.now(), this.#firesAtMs);
    // While they are woken, nothing that is set needs a timer of Node.
    this.#firesAtMs = -Infinity;
    try {
      this.#wakeDue();
    } finally {
      this.#firesAtMs = Infinity;
      this.#arm(this.#nowMs());
    }
  }

  #wakeDue(): void {
    while ((this.#heap.first?.atMs ?? Infinity) <= this.#reachedMs) this.#heap.shift()?.wake();
  }
}

/** As Node has it: from 1 ms to the longest. */
function nodeDelay(ms: number): number {
  return ms > 1 ? Math.min(ms, longestTimerMs) : 1;
}
