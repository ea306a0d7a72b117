import type { DatabaseSync, StatementSync } from 'node:sqlite';

interface Waiting {
  readonly work: () => void;
  readonly committed: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Runs all the work that arrives in one turn of the event loop in one transaction, which costs a busy stub half as much
 * as a transaction each. When it fails, it fails for all of that turn.
 */
export class GroupCommit {
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #rollback: StatementSync;
  readonly #beforeCommit: () => void;
  #waiting: Waiting[] = [];
  #scheduled = false;

  /** @param beforeCommit runs at the end of each transaction, in it */
  constructor(database: DatabaseSync, beforeCommit: () => void) {
    this.#begin = database.prepare('BEGIN');
    this.#commit = database.prepare('COMMIT');
    this.#rollback = database.prepare('ROLLBACK');
    this.#beforeCommit = beforeCommit;
  }

  /** Resolves with what `work` returned, once that is committed. */
  run<Result>(work: () => Result): Promise<Result> {
    this.schedule();
    return new Promise((resolve, reject) => {
      let result: Result;
      this.#waiting.push({ work: () => (result = work()), committed: () => resolve(result), failed: reject });
    });
  }

  /** Makes sure that there is a commit at the end of this turn. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.flush());
  }

  /** Commits now what is scheduled. */
  flush(): void {
    if (!this.#scheduled) return;
    const batch = this.#waiting;
    this.#waiting = [];
    this.#scheduled = false;
    try {
      this.#transaction(batch);
      for (const { committed } of batch) committed();
    } catch (error) {
      for (const { failed } of batch) failed(error);
    }
  }

  #transaction(batch: readonly Waiting[]): void {
    this.#begin.run();
    try {
      for (const { work } of batch) work();
      this.#beforeCommit();
      this.#commit.run();
    } catch (error) {
      this.#rollback.run();
      throw error;
    }
  }
}
