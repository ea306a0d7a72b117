import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ServiceError } from '@millrace/messaging';

/** Room for the keys of some 100,000 effects, which come in no order and would be read again and again. */
const cacheKibibytes = 32 * 1_024;

/** An earlier process on the same file may still be about to end. */
const lockTimeoutMs = 5_000;

/**
 * Opens the stub's memory, and makes file, directory and tables where they are missing. `:memory:` forgets at the end.
 * One process at a time has the file, since counts are kept in memory, too: a second one gets `DATABASE_UNAVAILABLE`.
 *
 * In WAL mode a commit is a write to the log. `synchronous=OFF` leaves it in the operating system's page cache, which
 * outlives the process: kill -9 loses nothing that was committed. A power cut may, and may damage the file; for a stub
 * that is the right price for never stopping thousands of calls for an fsync.
 */
export function openDatabase(file: string): DatabaseSync {
  try {
    if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true });
    const database = new DatabaseSync(file, { timeout: lockTimeoutMs });
    database.exec(schema);
    return database;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ServiceError('DATABASE_UNAVAILABLE', `the SQLite file ${file} could not be opened: ${reason}`, { cause });
  }
}

const schema = `
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = OFF;
  PRAGMA cache_size = -${cacheKibibytes};
  CREATE TABLE IF NOT EXISTS effects (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    api TEXT NOT NULL,
    idempotency_key TEXT,
    order_key TEXT,
    order_sequence INTEGER,
    out_of_order INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    path TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS effects_by_key ON effects (api, idempotency_key) WHERE idempotency_key IS NOT NULL;
  CREATE INDEX IF NOT EXISTS effects_by_order_key ON effects (api, order_key);
  CREATE TABLE IF NOT EXISTS counters (
    api TEXT PRIMARY KEY,
    counts TEXT NOT NULL
  ) STRICT;
`;
