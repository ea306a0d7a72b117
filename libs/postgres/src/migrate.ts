import { ServiceError } from '@millrace/messaging';
import type { PostgresStatements } from './statements.ts';

/** Any number, as long as nobody else locks it: that of the word `millrace`. */
const migrationLock = 1_835_626_610;

/**
 * Runs the migrations that the database has not seen under this name, within the caller's transaction: all or none. Of
 * several processes that start at once one runs them, and the others wait and find nothing left to do.
 */
export async function migrate(
  transaction: PostgresStatements,
  name: string,
  migrations: readonly string[],
): Promise<void> {
  await transaction.query('SET LOCAL statement_timeout = 0');
  await transaction.query('SELECT pg_advisory_xact_lock($1, 0)', [migrationLock]);
  await transaction.query('CREATE TABLE IF NOT EXISTS millrace_migrations (name text PRIMARY KEY, done int NOT NULL)');
  const { rows } = await transaction.query<{ done: number }>('SELECT done FROM millrace_migrations WHERE name = $1', [
    name,
  ]);
  const done = rows[0]?.done ?? 0;
  if (done > migrations.length) {
    throw new ServiceError('DATABASE_UNAVAILABLE', `its tables were made by a newer version of ${name}`);
  }
  for (const sql of migrations.slice(done)) await transaction.query(sql);
  await transaction.query(
    'INSERT INTO millrace_migrations VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET done = $2',
    [name, migrations.length],
  );
}
