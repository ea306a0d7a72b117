import type { CallOutcome, RateLimit } from '@millrace/http-client';
import { CircuitBreaker, QuotaGate } from '@millrace/http-client/testing';
import { type Clock, type ErrorCode, ServiceError, type Target } from '@millrace/messaging';
import { fakeTarget } from '@millrace/messaging/testing';

export interface SimulatedTargetOptions {
  readonly clock: Clock;
  /** Whether something else keeps calls from starting, and for how long. */
  readonly closedForMs: () => number | undefined;
  readonly concurrency: number;
  readonly quota: RateLimit | undefined;
}

/** The simulated API as a member sees it: with the shipped circuit breaker and quota before it. */
export class SimulatedTarget {
  readonly target: Target;
  readonly #clock: Clock;
  readonly #breaker: CircuitBreaker;
  readonly #gate: QuotaGate;

  constructor({ clock, closedForMs, concurrency, quota }: SimulatedTargetOptions) {
    this.#clock = clock;
    const breaker = (this.#breaker = new CircuitBreaker({
      options: {},
      clock,
      fullFlow: concurrency,
      listener: quiet,
    }));
    const gate = (this.#gate = new QuotaGate({ quota, clock }));
    this.target = fakeTarget({
      closedForMs: () => closedForMs() ?? breaker.closedForMs() ?? gate.closedForMs(),
      isProbing: () => breaker.isProbing(),
      turnStarted: () => {
        breaker.turnStarted();
        gate.turnStarted();
      },
      turnEnded: () => {
        breaker.turnEnded();
        gate.turnEnded();
      },
      heldBackMs: () => breaker.heldBackMs() + gate.pausedMs(),
      quota: quota && gate,
    });
  }

  /** Makes a call for the record `id`, which rejects as an HTTP target's does. */
  async call(id: string, call: () => Promise<void>): Promise<void> {
    const mark = this.#clock.mark();
    const ended = (outcome: CallOutcome) => {
      this.#gate.answered({ status: undefined, headers: {} });
      return this.#breaker.ended({ mark, outcome, status: undefined, key: id });
    };
    try {
      await call();
    } catch (error) {
      const { code, message } = ServiceError.from(error);
      if (ended(outcomes[code] ?? 'aborted'))
        throw new ServiceError('API_REFUSED', message, { cause: error, targetAtFault: true });
      throw error;
    }
    ended('ok');
  }
}

const quiet = { opened: () => undefined, closed: () => undefined };
const outcomes: Readonly<Partial<Record<ErrorCode, CallOutcome>>> = {
  API_REJECTED: 'rejected',
  API_UNAVAILABLE: 'retryable',
  API_UNREACHABLE: 'unreachable',
  API_REFUSED: 'refused',
};
