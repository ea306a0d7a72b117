import type { Clock } from '@millrace/messaging';

export interface CountingApiOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** From the start of a call to its arrival, at most. */
  readonly jitterMs: number;
  /** How long a call takes after that, from half to one and a half of it. */
  readonly callMs: number;
}

/** An API that takes so many calls in any second, counted as they arrive, and answers 429 to the others. */
export class CountingApi {
  /** When calls arrived, those that were refused included. */
  readonly arrivals: number[] = [];
  readonly refusals: number[] = [];
  takes = Infinity;
  readonly #options: CountingApiOptions;
  readonly #taken: number[] = [];
  #inSecond = 0;

  constructor(options: CountingApiOptions) {
    this.#options = options;
  }

  /** Resolves to the status of its answer. */
  async call(): Promise<number> {
    const { random, jitterMs, callMs } = this.#options;
    await this.#pass(jitterMs * random());
    const status = this.#arrived();
    await this.#pass(callMs * (0.5 + random()));
    return status;
  }

  #arrived(): number {
    const mark = this.#options.clock.mark();
    this.arrivals.push(mark);
    while ((this.#taken[this.#inSecond] ?? Infinity) <= mark - 1_000) this.#inSecond++;
    if (this.#taken.length - this.#inSecond < this.takes) {
      this.#taken.push(mark);
      return 200;
    }
    this.refusals.push(mark);
    return 429;
  }

  #pass(ms: number): Promise<void> {
    return new Promise((resolve) => this.#options.clock.after(ms, resolve));
  }
}
