import type { Clock } from '@millrace/messaging';

/**
 * How long a source has heard nothing while Kafka answers others. Kept over its memberships; a time in which Kafka answers
 * nobody does not count.
 */
export class Pulse {
  readonly #clock: Pick<Clock, 'mark'>;
  #heardMs: number;
  #awayMs = -Infinity;

  constructor(clock: Pick<Clock, 'mark'>) {
    this.#clock = clock;
    this.#heardMs = clock.mark();
  }

  /** Kafka has answered what this source must have an answer to. */
  heard(): void {
    this.#heardMs = this.#clock.mark();
  }

  /** Kafka answers nobody. */
  away(): void {
    this.#awayMs = this.#clock.mark();
  }

  /** In ms, whoever else is answered. */
  get quietMs(): number {
    return this.#clock.mark() - this.#heardMs;
  }

  /** In ms, but since `sinceMs` at most. */
  silentMs(sinceMs = -Infinity): number {
    return this.#clock.mark() - Math.max(this.#heardMs, this.#awayMs, sinceMs);
  }
}
