import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ServiceError } from '@millrace/messaging';
import { migrate } from './migrate.ts';

/** `synchronous = FULL`: a commit is on the disk when it returns, and survives a power cut. */
const settings = `
  PRAGMA main.journal_mode = WAL;
  PRAGMA main.synchronous = FULL;
`;

/**
 * One process at a time may write: a second relay would publish one key's events out of order. The lock is on a file of its
 * own, so that others can still read the database; writing to it in exclusive mode keeps it until the connection ends,
 * however that ends.
 */
const takeLock = `
  PRAGMA lock.locking_mode = EXCLUSIVE;
  PRAGMA lock.user_version = 1;
`;

export interface SqliteOptions {
  /** Path of the file; it and its directory are made where they are missing. */
  readonly file: string;
  /** SQL that makes the tables, in order. Append to the list, never change what has run: the file remembers how many have. */
  readonly migrations: readonly string[];
  /** How long to wait for an earlier process that is about to end. Blocks this one. @default 5_000 */
  readonly lockTimeoutMs?: number;
}

/** Opens a SQLite file as the only writer and brings its tables up to date. Throws `DATABASE_UNAVAILABLE`. */
export function openSqlite({ file, migrations, lockTimeoutMs = 5_000 }: SqliteOptions): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true });
    createForOwner(file);
    database = new DatabaseSync(file, { timeout: lockTimeoutMs });
    lock(database, `${file}.lock`);
    database.exec(settings);
    migrate(database, migrations);
    return database;
  } catch (cause) {
    database?.close();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ServiceError('DATABASE_UNAVAILABLE', `the SQLite file ${file} could not be opened: ${reason}`, { cause });
  }
}

function lock(database: DatabaseSync, file: string): void {
  createForOwner(file);
  database.prepare('ATTACH DATABASE ? AS lock').run(file);
  database.exec(takeLock);
}

/** Other users of the machine shall not read it. SQLite gives the files beside it the same mode. */
function createForOwner(file: string): void {
  closeSync(openSync(file, 'a', 0o600));
}
