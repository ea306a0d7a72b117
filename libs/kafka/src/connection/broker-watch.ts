import type { Logger } from '@millrace/telemetry';

/** Turns the failed attempts to reach a broker, several a second, into one line when it goes away and one when it is back. */
export class BrokerWatch {
  readonly #log: Logger;
  readonly #awaySince = new Map<string, number>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** An attempt to connect to `broker` (`host:port`) failed. */
  failed(broker: string, reason: string): void {
    if (this.#awaySince.has(broker)) return;
    this.#awaySince.set(broker, performance.now());
    this.#log.warn({ broker, reason }, 'Kafka broker cannot be reached; trying on');
  }

  /** A connection to `broker` was made. */
  reached(broker: string): void {
    const since = this.#awaySince.get(broker);
    if (since === undefined) return;
    this.#awaySince.delete(broker);
    this.#log.info({ broker, ms: Math.round(performance.now() - since) }, 'Kafka broker can be reached again');
  }
}
