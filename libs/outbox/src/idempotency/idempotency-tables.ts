/** The migration that makes the table in SQLite. A key that is done has no token. */
export const sqliteIdempotencyTable = `
  CREATE TABLE idempotency_keys (
    key TEXT PRIMARY KEY,
    token TEXT,
    lease_ends_at_ms INTEGER NOT NULL,
    forgotten_at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX idempotency_keys_forgotten ON idempotency_keys (forgotten_at_ms);
`;

/** The same in PostgreSQL. Every row is written twice and deleted: dead ones are cleared away early. */
export const postgresIdempotencyTable = `
  CREATE TABLE idempotency_keys (
    key text COLLATE "C" PRIMARY KEY,
    token text,
    lease_ends_at timestamptz NOT NULL,
    forgotten_at timestamptz NOT NULL
  ) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);
  CREATE INDEX idempotency_keys_forgotten ON idempotency_keys (forgotten_at);
`;
