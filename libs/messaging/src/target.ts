/**
 * One API as the consumer sees it. It makes one attempt per call; only the consumer retries. Implemented by
 * libs/http-client, which adds base URL, timeout, credentials and the classification of answers.
 */
export interface Target {
  /** Stable name, used in metrics, spans and logs: `notification`. */
  readonly name: string;
  /** Closes its connections; calls still running are cut off. */
  stop(): Promise<void>;
}
