/** Time as a stub API sees it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after `ms`. Waiting does not keep the process alive. */
  wait(ms: number): Promise<void>;
}

export const systemClock: Clock = {
  now: Date.now,
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref()),
};
