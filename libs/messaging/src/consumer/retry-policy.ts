/** When a retryable failure is tried again. Names and meaning as in Temporal's retry policies. */
export interface RetryPolicy {
  /** @default 200 */
  readonly initialDelayMs: number;
  /** @default 2 */
  readonly backoffCoefficient: number;
  /** @default 30_000 */
  readonly maxDelayMs: number;
  /**
   * Counted from the first attempt; the first failure past it dead-letters the record. An API that asks for a longer wait
   * gets it, and one attempt after it. @default 3_600_000
   */
  readonly maxElapsedMs: number;
}

export const defaultRetryPolicy: RetryPolicy = {
  initialDelayMs: 200,
  backoffCoefficient: 2,
  maxDelayMs: 30_000,
  maxElapsedMs: 3_600_000,
};

/**
 * The wait before attempt `attempt + 1`, in ms: exponential, capped, and drawn from the upper half, so that many failures
 * spread out and none comes back at once ("equal jitter", https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 * Never shorter than what the API asked for; that wait is spread as well, since it asks the same of everyone.
 */
export function retryDelayMs(
  { initialDelayMs, backoffCoefficient, maxDelayMs }: Omit<RetryPolicy, 'maxElapsedMs'>,
  {
    attempt,
    retryAfterMs = 0,
    random,
  }: { readonly attempt: number; readonly retryAfterMs?: number | undefined; readonly random: () => number },
): number {
  const half = Math.min(maxDelayMs, initialDelayMs * backoffCoefficient ** (attempt - 1)) / 2;
  const atLeast = retryAfterMs > half ? retryAfterMs : half;
  return atLeast + half * random();
}
