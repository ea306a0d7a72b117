/** What an API bears of a whole consumer group, however many instances that has. At least one of the two. */
export interface RateLimit {
  /** Calls per second. @default as many as the API takes */
  readonly perSecond?: number;
  /** Attempts that run at the same time. Each instance has at least one. @default as many as the consumer allows */
  readonly concurrency?: number;
}

/** Says which option is wrong, and what would do; undefined where all are right. */
export function wrongRateLimit({ perSecond, concurrency }: RateLimit): string | undefined {
  if (perSecond === undefined && concurrency === undefined) return 'quota must have perSecond or concurrency';
  if (perSecond !== undefined && !(perSecond > 0 && perSecond <= mostPerSecond))
    return `quota.perSecond must be a number above 0, and at most ${mostPerSecond} (received ${perSecond})`;
  if (concurrency !== undefined && !(Number.isSafeInteger(concurrency) && concurrency > 0))
    return `quota.concurrency must be a whole number of at least 1 (received ${concurrency})`;
  return undefined;
}

const mostPerSecond = 1_000_000;
