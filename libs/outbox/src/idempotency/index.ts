export { createPostgresIdempotencyStore } from './create-postgres-idempotency-store.ts';
export { createSqliteIdempotencyStore } from './create-sqlite-idempotency-store.ts';
export { postgresIdempotencyTable, sqliteIdempotencyTable } from './idempotency-tables.ts';
