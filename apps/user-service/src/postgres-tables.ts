import { postgresOutboxTables } from '@millrace/outbox';

const usersTable = `
  CREATE TABLE users (
    user_id uuid PRIMARY KEY,
    username text NOT NULL,
    username_key text NOT NULL UNIQUE,
    email text NOT NULL UNIQUE,
    password_hash text NOT NULL,
    registered_at text NOT NULL
  );
`;

const keptAnswersTable = `
  CREATE TABLE kept_answers (
    idempotency_key text PRIMARY KEY,
    request_hash bytea NOT NULL,
    status int NOT NULL,
    body text NOT NULL,
    expires_at_ms bigint NOT NULL
  );
  CREATE INDEX kept_answers_by_expiry ON kept_answers (expires_at_ms);
`;

/** The tables of user-service in PostgreSQL, as migrations. Append, never change one that has been released. */
export const postgresTables = (shards: number): readonly string[] => [
  postgresOutboxTables(shards),
  usersTable,
  keptAnswersTable,
];
