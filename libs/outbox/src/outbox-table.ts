/**
 * The migration that makes the table. The partial index is what `pending` reads: it holds the waiting rows alone, however
 * many published ones lie beside them. AUTOINCREMENT: an id is never given again after its row was pruned.
 */
export const outboxTable = `
  CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id TEXT NOT NULL UNIQUE,
    topic TEXT NOT NULL,
    key BLOB,
    value BLOB,
    headers TEXT NOT NULL,
    trace TEXT NOT NULL,
    appended_at_ms INTEGER NOT NULL,
    published_at_ms INTEGER
  ) STRICT;
  CREATE INDEX outbox_waiting ON outbox (id) WHERE published_at_ms IS NULL;
  CREATE INDEX outbox_published ON outbox (published_at_ms) WHERE published_at_ms IS NOT NULL;
`;

/** The migration after it: a row that Kafka refuses is set aside, and the index holds only what may be published. */
export const outboxSetAside = `
  ALTER TABLE outbox ADD COLUMN set_aside_reason TEXT;
  DROP INDEX outbox_waiting;
  CREATE INDEX outbox_waiting ON outbox (id) WHERE published_at_ms IS NULL AND set_aside_reason IS NULL;
  CREATE INDEX outbox_set_aside ON outbox (topic, key, id) WHERE set_aside_reason IS NOT NULL;
`;
