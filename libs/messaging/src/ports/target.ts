/**
 * One API as the consumer sees it. It makes one attempt per call; only the consumer retries. Implemented by
 * libs/http-client, which adds base URL, timeout, credentials and the classification of answers.
 */
export interface Target {
  /** Stable name, used in metrics, spans and logs: `notification`. */
  readonly name: string;
  /**
   * Asked before an attempt is spent: undefined when it may start now, else the ms after which to ask again. Breakers, rates
   * and limits of concurrency answer here; nothing is called meanwhile, and no attempt counts.
   */
  closedForMs(): number | undefined;
  /** Closes its connections; calls still running are cut off. */
  stop(): Promise<void>;
}
