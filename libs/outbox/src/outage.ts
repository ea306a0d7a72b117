import { ServiceError } from '@millrace/messaging';
import type { Logger } from '@millrace/telemetry';

/** Turns a run of failures, an hour of them, into two log lines: one when it starts and one when it is over. */
export class Outage {
  readonly #log: Logger;
  #sinceMark = 0;
  #failures = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  failed(error: unknown): void {
    if (this.#failures++ > 0) return;
    this.#sinceMark = performance.now();
    const { code, message } = ServiceError.from(error);
    this.#log.warn({ code, reason: message }, 'publishing fails; events wait in the outbox and are tried again');
  }

  over(): void {
    if (this.#failures === 0) return;
    this.#log.info(
      { failures: this.#failures, ms: Math.round(performance.now() - this.#sinceMark) },
      'publishing works again',
    );
    this.#failures = 0;
  }
}
