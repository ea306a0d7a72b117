import type { BreakerOptions } from './breaker-options.ts';

export type CallResult = 'success' | 'failure' | 'rejection';

interface Entry {
  readonly mark: number;
  readonly result: CallResult;
  readonly key: string | undefined;
}

/** How many of the calls in a window ended badly in one way. */
export interface BadCalls {
  readonly result: 'failure' | 'rejection';
  readonly bad: number;
  readonly of: number;
}

/**
 * How the last calls ended. Of those that ended badly a key counts once: a record that fails again and again says nothing
 * about the API that the first time has not said.
 */
export class CallWindow {
  readonly #options: Required<BreakerOptions>;
  readonly #entries: Entry[] = [];
  readonly #badKeys = new Set<string>();
  readonly #counts: Record<CallResult, number> = { success: 0, failure: 0, rejection: 0 };
  /** Since the last success: how many there were, and of how many keys, as far as two. */
  #failuresInARow = 0;
  #rowKey: string | undefined;
  #rowIsOfMore = false;

  constructor(options: Required<BreakerOptions>) {
    this.#options = options;
  }

  /** Returns what has become of most calls, where that is bad and there were enough of them. */
  add(result: CallResult, key: string | undefined, mark: number): BadCalls | undefined {
    if (result === 'success') this.#failuresInARow = 0;
    else this.#bad(result, key);
    if (result === 'success' || key === undefined || !this.#badKeys.has(key)) this.#push({ mark, result, key });
    this.#forgetBefore(mark - this.#options.windowMs);
    return result === 'success' ? undefined : this.#verdict(result);
  }

  clear(): void {
    while (this.#entries.length > 0) this.#forgetOldest();
    this.#failuresInARow = 0;
  }

  #bad(result: CallResult, key: string | undefined): void {
    if (result !== 'failure') return;
    if (this.#failuresInARow++ === 0) {
      this.#rowKey = key;
      this.#rowIsOfMore = false;
    } else this.#rowIsOfMore ||= key === undefined || key !== this.#rowKey;
  }

  #verdict(result: 'failure' | 'rejection'): BadCalls | undefined {
    const { minimum, ratio, rejections } = this.#options;
    if (result === 'rejection' && rejections === 'dead-letter') return undefined;
    const [bad, of] = [this.#counts[result], this.#entries.length];
    const enough = result === 'failure' ? minimum : Math.ceil(minimum / 2);
    if (bad >= enough && bad >= ratio * of) return { result, bad, of };
    const row = this.#failuresInARow;
    return result === 'failure' && row >= minimum && this.#rowIsOfMore ? { result, bad: row, of: row } : undefined;
  }

  #push(entry: Entry): void {
    this.#entries.push(entry);
    this.#counts[entry.result]++;
    if (entry.result !== 'success' && entry.key !== undefined) this.#badKeys.add(entry.key);
    if (this.#entries.length > this.#options.calls) this.#forgetOldest();
  }

  #forgetBefore(mark: number): void {
    for (let oldest = this.#entries[0]; oldest && oldest.mark < mark; oldest = this.#entries[0]) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const oldest = this.#entries.shift();
    if (!oldest) return;
    this.#counts[oldest.result]--;
    if (oldest.result !== 'success' && oldest.key !== undefined) this.#badKeys.delete(oldest.key);
  }
}
