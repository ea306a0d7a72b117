import { outboxSetAside, outboxTable } from '@millrace/outbox';

const usersTable = `
  CREATE TABLE users (
    user_id TEXT PRIMARY KEY,
    username TEXT NOT NULL,
    username_key TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    registered_at TEXT NOT NULL
  ) STRICT;
`;

const keptAnswersTable = `
  CREATE TABLE kept_answers (
    idempotency_key TEXT PRIMARY KEY,
    request_hash BLOB NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    expires_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX kept_answers_by_expiry ON kept_answers (expires_at_ms);
`;

/** The tables of user-service as migrations. Append, never change one that has been released. */
export const tables: readonly string[] = [outboxTable, usersTable, keptAnswersTable, outboxSetAside];
