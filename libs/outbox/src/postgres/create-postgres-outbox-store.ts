import type { PostgresStatements } from '@millrace/postgres';
import type { OutboxBacklog, OutboxStore } from '../outbox-store.ts';
import { readRow, type StoredRow } from '../stored-row.ts';
import { batchBytes, mayBePublished } from '../waiting-rows.ts';

/** One shard of a database made with `postgresOutboxTables`, as its relay sees it. */
export function createPostgresOutboxStore(database: PostgresStatements, shard: number): OutboxStore {
  return {
    pending: async (limit) => (await database.query<StoredRow>(pendingSql, [shard, limit])).rows.map(readRow),
    markPublished: async (ids) => void (await database.query(markSql, [Date.now(), ids])),
    setAside: async (id, reason) =>
      void (await database.query('UPDATE outbox SET set_aside_reason = $1 WHERE id = $2', [reason, id])),
    backlog: async () => {
      const [row] = (await database.query<StoredBacklog>(backlogSql, [shard])).rows;
      return { depth: row?.depth ?? 0, oldestAtMs: row?.oldestAtMs ?? undefined, setAside: row?.setAside ?? 0 };
    },
    prune: async (beforeMs, limit) => (await database.query(pruneSql, [shard, beforeMs, limit])).count,
  };
}

interface StoredBacklog extends Omit<OutboxBacklog, 'oldestAtMs'> {
  readonly oldestAtMs: number | null;
}

/** What `pending` asks. */
export const pendingSql = `
  WITH next AS MATERIALIZED (
    SELECT id, coalesce(octet_length(value), 0) + octet_length(headers) AS bytes FROM outbox AS o
    WHERE shard = $1 AND ${mayBePublished} ORDER BY id + 0 LIMIT $2
  ), sums AS (
    SELECT id, sum(bytes) OVER (ORDER BY id) - bytes AS before FROM next
  )
  SELECT o.id, topic, key, value, headers, trace FROM sums JOIN outbox AS o ON o.id = sums.id
  WHERE before < ${batchBytes} ORDER BY o.id
`;
const markSql = 'UPDATE outbox SET published_at_ms = $1 WHERE published_at_ms IS NULL AND id = ANY ($2::bigint[])';
const backlogSql = `
  SELECT
    (SELECT count(*) FROM outbox WHERE shard = $1 AND published_at_ms IS NULL AND set_aside_reason IS NULL) AS depth,
    (SELECT appended_at_ms FROM outbox
      WHERE shard = $1 AND published_at_ms IS NULL AND set_aside_reason IS NULL ORDER BY id + 0 LIMIT 1) AS "oldestAtMs",
    (SELECT count(*) FROM outbox WHERE shard = $1 AND set_aside_reason IS NOT NULL) AS "setAside"
`;
const pruneSql = `
  DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE shard = $1 AND published_at_ms < $2 ORDER BY published_at_ms LIMIT $3)
`;
