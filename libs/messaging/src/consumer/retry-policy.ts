/** When a retryable failure is tried again. Names and meaning as in Temporal's retry policies. */
export interface RetryPolicy {
  /** @default 200 */
  readonly initialDelayMs: number;
  /** @default 2 */
  readonly backoffCoefficient: number;
  /** @default 30_000 */
  readonly maxDelayMs: number;
  /**
   * Counted from the first attempt, without the time in which the target was closed; the first failure past it dead-letters
   * the record. An API that asks for a longer wait gets it, and one attempt after it. @default 3_600_000
   */
  readonly maxElapsedMs: number;
  /** The failure of this attempt dead-letters the record. @default Infinity */
  readonly maxAttempts: number;
}

export const defaultRetryPolicy: RetryPolicy = {
  initialDelayMs: 200,
  backoffCoefficient: 2,
  maxDelayMs: 30_000,
  maxElapsedMs: 3_600_000,
  maxAttempts: Infinity,
};

/**
 * The wait before attempt `attempt + 1`, in ms: exponential, capped, and drawn from all of it, so that many failures spread
 * out ("full jitter", https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). Never shorter than what the
 * API asked for; that wait is spread as well, since it asks the same of everyone.
 */
export function retryDelayMs(
  {
    initialDelayMs,
    backoffCoefficient,
    maxDelayMs,
  }: Pick<RetryPolicy, 'initialDelayMs' | 'backoffCoefficient' | 'maxDelayMs'>,
  {
    attempt,
    retryAfterMs = 0,
    random,
  }: { readonly attempt: number; readonly retryAfterMs?: number | undefined; readonly random: () => number },
): number {
  const longestMs = Math.min(maxDelayMs, initialDelayMs * backoffCoefficient ** (attempt - 1));
  const drawnMs = longestMs * random();
  return retryAfterMs > drawnMs ? retryAfterMs + Math.min(retryAfterMs, longestMs) * random() : drawnMs;
}
