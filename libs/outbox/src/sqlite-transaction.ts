import { carryOut } from './carry-out.ts';
import type { DatabaseSync } from 'node:sqlite';

/** An open transaction; it ends when the function that was given it returns. */
export interface SqliteTransaction {
  readonly database: DatabaseSync;
  /** `callback` runs once the transaction is durable, and not at all after a rollback. It must not throw. */
  afterCommit(callback: () => void): void;
}

/**
 * Runs `work` in a write transaction: committed when it returns, rolled back when it or the commit throws. `work` is
 * synchronous, and short: the connection is shared, and every other request of the process waits for it. Throws what
 * `work` throws, and `DATABASE_UNAVAILABLE`; where it was the commit that failed, it may be on the disk all the same.
 */
export function inTransaction<T>(database: DatabaseSync, work: (transaction: SqliteTransaction) => T): T {
  const callbacks: (() => void)[] = [];
  const afterCommit = (callback: () => void) => void callbacks.push(callback);
  const result = carryOut(() => commit(database, () => work({ database, afterCommit })));
  for (const callback of callbacks) callback();
  return result;
}

function commit<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite has rolled back by itself after some errors, e.g. a full disk.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
