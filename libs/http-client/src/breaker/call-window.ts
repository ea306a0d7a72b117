import type { BreakerOptions } from './breaker-options.ts';
import type { Evidence } from './failed-keys.ts';

export type CallResult = 'success' | 'failure' | 'rejection';

/** How many of the calls in a window ended badly in one way. */
export interface BadCalls {
  readonly result: 'failure' | 'rejection';
  readonly bad: number;
  readonly of: number;
}

/** A call that has ended, and what is to be made of it. */
export interface HeardCall {
  readonly result: CallResult;
  readonly key: string | undefined;
  readonly evidence: Exclude<Evidence, 'its own'>;
}

/**
 * How the last calls ended. Of those that ended badly only what is new counts: a record that fails again and again says
 * nothing about the API that the first time has not said.
 */
export class CallWindow {
  readonly #options: Required<BreakerOptions>;
  /** Of each call when it ended, and how; in turn, from the oldest on. */
  readonly #marks: Float64Array;
  readonly #results: CallResult[] = [];
  #oldest = 0;
  #size = 0;
  readonly #counts: Record<CallResult, number> = { success: 0, failure: 0, rejection: 0 };
  /** Since the last success. */
  #rows = { failure: new Row(), rejection: new Row() };

  constructor(options: Required<BreakerOptions>) {
    this.#options = options;
    this.#marks = new Float64Array(options.calls);
  }

  /** Returns what has become of most calls, where that is bad and there were enough of them. */
  add({ result, key, evidence }: HeardCall, mark: number): BadCalls | undefined {
    if (result !== 'success') this.#rows[result].add(key);
    else if (this.#rows.failure.length + this.#rows.rejection.length > 0) this.#endRows();
    if (evidence === 'new') this.#push(mark, result);
    this.#forgetBefore(mark - this.#options.windowMs);
    return result === 'success' ? undefined : this.#verdict(result);
  }

  clear(): void {
    while (this.#size > 0) this.#forgetOldest();
    this.#endRows();
  }

  #endRows(): void {
    this.#rows = { failure: new Row(), rejection: new Row() };
  }

  #verdict(result: 'failure' | 'rejection'): BadCalls | undefined {
    const { minimum, ratio, rejections } = this.#options;
    if (result === 'rejection' && rejections === 'dead-letter') return undefined;
    const [bad, of] = [this.#counts[result], this.#size];
    const enough = result === 'failure' ? minimum : Math.ceil(minimum / 2);
    if (bad >= enough && bad >= ratio * of) return { result, bad, of };
    const { length, isOfMoreKeys } = this.#rows[result];
    return length >= enough && isOfMoreKeys ? { result, bad: length, of: length } : undefined;
  }

  #push(mark: number, result: CallResult): void {
    if (this.#size === this.#options.calls) this.#forgetOldest();
    const place = (this.#oldest + this.#size) % this.#options.calls;
    this.#marks[place] = mark;
    this.#results[place] = result;
    this.#counts[result]++;
    this.#size++;
  }

  #forgetBefore(mark: number): void {
    while (this.#size > 0 && (this.#marks[this.#oldest] ?? 0) < mark) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const result = this.#results[this.#oldest];
    if (result) this.#counts[result]--;
    this.#oldest = (this.#oldest + 1) % this.#options.calls;
    this.#size--;
  }
}

/** Calls that went badly, one after the other. */
class Row {
  length = 0;
  isOfMoreKeys = false;
  #key: string | undefined;

  add(key: string | undefined): void {
    if (this.length++ === 0) this.#key = key;
    else this.isOfMoreKeys ||= key === undefined || key !== this.#key;
  }
}
