import { type Answer, keyUsedOtherwise, stillInProgress } from './answer.ts';
import type { KeyedRequest } from './keyed-request.ts';

/**
 * The keyed requests that this process works on now. Known in memory alone, which leaves nothing locked after a
 * crash: what was not committed may simply be done again. Where several processes share a database, one that gets a key on which
 * another works waits for that one's transaction, and then gives the same answer.
 */
export class InProgress {
  readonly #hashes = new Map<string, Buffer>();

  /** Does `work` unless the same key is being worked on; then says so, and that the request is another one, where it is. */
  async run({ key, hash }: KeyedRequest, work: () => Promise<Answer>): Promise<Answer> {
    const other = this.#hashes.get(key);
    if (other) return other.equals(hash) ? stillInProgress : keyUsedOtherwise;
    this.#hashes.set(key, hash);
    try {
      return await work();
    } finally {
      this.#hashes.delete(key);
    }
  }
}
