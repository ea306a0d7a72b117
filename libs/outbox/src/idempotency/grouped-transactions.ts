import type { DatabaseSync } from 'node:sqlite';
import { inTransaction } from '../sqlite-transaction.ts';

interface Waiting {
  readonly work: () => void;
  readonly committed: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Runs all the work that arrives in one turn of the event loop in one transaction: a commit waits for the disk, and holds up the
 * whole process. Where it fails, it fails for all of that turn.
 */
export class GroupedTransactions {
  readonly #database: DatabaseSync;
  #waiting: Waiting[] = [];

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Resolves to what `work`, which is synchronous, has returned, once that is durable. */
  run<Result>(work: () => Result): Promise<Result> {
    if (this.#waiting.length === 0) setImmediate(() => this.#commit());
    return new Promise((resolve, reject) => {
      let result: Result;
      this.#waiting.push({ work: () => (result = work()), committed: () => resolve(result), failed: reject });
    });
  }

  #commit(): void {
    const group = this.#waiting;
    this.#waiting = [];
    try {
      inTransaction(this.#database, () => {
        for (const { work } of group) work();
      });
      for (const { committed } of group) committed();
    } catch (error) {
      for (const { failed } of group) failed(error);
    }
  }
}
