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

/** The machine's own time. A wait beyond {@link longestTimerMs} ends there. */
export const systemClock: Clock = {
  now: () => Date.now(),
  mark: () => performance.now(),
  after: (ms, wake) => {
    const timer = setTimeout(wake, Math.min(ms, longestTimerMs));
    return () => clearTimeout(timer);
  },
};
