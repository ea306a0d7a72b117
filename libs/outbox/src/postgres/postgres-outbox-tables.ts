/**
 * The migration that makes the tables of an outbox in PostgreSQL, for so many shards: as many relays can work side by side.
 * The number is stored, so that all processes agree on it, and a migration runs once: the first process decides.
 *
 * The partial index is what `pending` reads: it holds the waiting rows alone. An identity column never gives an id again.
 * The index has `id + 0`, and what reads in order of id says so, too: no other index has that order. Else the planner, when it has
 * seen a table full of waiting rows, takes the primary key, and steps over every published row at each look.
 * Much is written once, changed once and deleted: dead rows are cleared away early, or each look would step over them.
 */
export const postgresOutboxTables = (shards: number): string => `
  CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id text NOT NULL UNIQUE,
    topic text NOT NULL,
    key bytea,
    key_hash bigint NOT NULL,
    shard int NOT NULL,
    value bytea,
    headers text NOT NULL,
    trace text NOT NULL,
    appended_at_ms bigint NOT NULL,
    published_at_ms bigint,
    set_aside_reason text
  ) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);
  CREATE INDEX outbox_waiting ON outbox (shard, (id + 0)) WHERE published_at_ms IS NULL AND set_aside_reason IS NULL;
  CREATE INDEX outbox_published ON outbox (shard, published_at_ms) WHERE published_at_ms IS NOT NULL;
  CREATE INDEX outbox_set_aside ON outbox (topic, key, id) WHERE set_aside_reason IS NOT NULL;
  CREATE TABLE outbox_shards (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    outbox_id uuid NOT NULL DEFAULT gen_random_uuid(),
    shards int NOT NULL CHECK (shards > 0)
  );
  INSERT INTO outbox_shards (shards) VALUES (${shards});
`;
