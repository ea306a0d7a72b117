import type { PostgresTransaction } from '@millrace/postgres';
import { appendedEvent, type OutboxEvents } from '../appended-event.ts';
import type { Outbox } from '../outbox.ts';
import { keyHash, signed } from './key-hash.ts';
import { locks } from './locks.ts';

export interface PostgresOutboxOptions extends OutboxEvents {
  /** Called after each commit that appended something: a {@link createCommitNotifier}. */
  readonly onCommitted: (shard: number) => void;
}

/**
 * The outbox of a database made with `postgresOutboxTables`. `append` rejects with `CONFIG_INVALID` for a contract not among
 * its events.
 *
 * Ids are taken when a row is inserted and become visible when its transaction is committed, which may be in another order:
 * A inserts row 1 of a key and B row 2, B is committed, the relay publishes 2, A is committed, the relay publishes 1. So a
 * transaction locks the key before it takes an id, and keeps it until it is over: B waits for A's end. Locks of other keys
 * are not in its way. Two transactions that append for the same two keys in opposite order are a deadlock, of which
 * PostgreSQL ends one.
 */
export function createPostgresOutbox({ onCommitted, ...events }: PostgresOutboxOptions): Outbox<PostgresTransaction> {
  return {
    append: async (transaction, contract, data) => {
      const { eventId, record, headers, trace } = appendedEvent(events, contract, data);
      const { topic, key, value } = record;
      const hash = keyHash(key);
      const values = [eventId, topic, key, hash, value, headers, trace, Date.now(), signed(hash)];
      const { rows } = await transaction.query<{ shard: number }>(appendSql, values);
      for (const { shard } of rows) transaction.afterCommit(() => onCommitted(shard));
    },
  };
}

/** Ids are taken for rows of the join, so after the lock. */
const appendSql = `
  WITH locked AS MATERIALIZED (
    SELECT pg_advisory_xact_lock(${locks.key}, $9)
  )
  INSERT INTO outbox (event_id, topic, key, key_hash, shard, value, headers, trace, appended_at_ms)
  SELECT $1, $2, $3::bytea, $4::bigint, $4::bigint % shards, $5::bytea, $6, $7, $8::bigint FROM locked, outbox_shards
  RETURNING shard
`;
