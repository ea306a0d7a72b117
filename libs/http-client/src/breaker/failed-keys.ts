/** What a key's failure says of the API: all that one can; no more than its last one; or nothing, since it is the key's own. */
export type Evidence = 'new' | 'repeated' | 'its own';

const mostKeys = 10_000;

/**
 * The keys whose last call went badly, to tell records that fail from an API that does. A key that has failed before, and
 * fails again although calls of others went well in between, is to blame itself; bounded, past that the oldest are forgotten.
 */
export class FailedKeys {
  /** How many calls had gone well when it failed last. */
  readonly #failed = new Map<string, number>();
  #wentWell = 0;

  succeeded(key: string | undefined): void {
    this.#wentWell++;
    if (key !== undefined && this.#failed.size > 0) this.#failed.delete(key);
  }

  failed(key: string | undefined): Evidence {
    if (key === undefined) return 'new';
    const before = this.#failed.get(key);
    this.#failed.set(key, this.#wentWell);
    if (before !== undefined) return before < this.#wentWell ? 'its own' : 'repeated';
    if (this.#failed.size > mostKeys) this.#forgetOldest();
    return 'new';
  }

  #forgetOldest(): void {
    const [oldest] = this.#failed.keys();
    if (oldest !== undefined) this.#failed.delete(oldest);
  }
}
