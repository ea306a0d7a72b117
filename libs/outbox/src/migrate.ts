import type { DatabaseSync } from 'node:sqlite';
import { inTransaction } from './sqlite-transaction.ts';

/** Runs the migrations that the file has not seen yet, all or none; `user_version` says how many it has. */
export function migrate(database: DatabaseSync, migrations: readonly string[]): void {
  inTransaction(database, () => {
    const done = userVersion(database);
    if (done > migrations.length) throw new Error('it was made by a newer version of this service');
    for (const sql of migrations.slice(done)) database.exec(sql);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}

function userVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
}
