export { openPostgres, type Postgres, type PostgresOptions } from './open-postgres.ts';
export { sqlStateOf } from './postgres-error.ts';
export type { PostgresSession, SessionOptions } from './postgres-session.ts';
export type { PostgresStatements, PostgresTransaction, Rows } from './statements.ts';
