import type { DatabaseSync } from 'node:sqlite';
import { carryOut } from './carry-out.ts';
import type { OutboxStore } from './outbox-store.ts';
import { readRow, type StoredRow } from './stored-row.ts';
import { batchBytes, mayBePublished } from './waiting-rows.ts';

/** The relay's view of a database made with `outboxTable` and `outboxSetAside`. The database outlives it. */
export function createSqliteOutboxStore(database: DatabaseSync): OutboxStore {
  const pending = database.prepare(pendingSql);
  const mark = database.prepare(markSql);
  const setAside = database.prepare('UPDATE outbox SET set_aside_reason = ? WHERE id = ?');
  const backlog = database.prepare(backlogSql);
  const prune = database.prepare(pruneSql);
  return {
    pending: async (limit) => carryOut(() => pending.all(limit)).map((row) => readRow(row as unknown as StoredRow)),
    markPublished: async (ids) => void carryOut(() => mark.run(Date.now(), JSON.stringify(ids))),
    setAside: async (id, reason) => void carryOut(() => setAside.run(reason, id)),
    backlog: async () => {
      const row = carryOut(() => backlog.get()) as unknown as StoredBacklog;
      return { ...row, oldestAtMs: row.oldestAtMs ?? undefined };
    },
    prune: async (beforeMs, limit) => Number(carryOut(() => prune.run(beforeMs, limit)).changes),
  };
}

interface StoredBacklog {
  readonly depth: number;
  readonly oldestAtMs: number | null;
  readonly setAside: number;
}

/** What `pending` asks. */
export const pendingSql = `
  WITH next AS (
    SELECT id, coalesce(length(value), 0) + length(headers) AS bytes FROM outbox AS o
    WHERE ${mayBePublished} ORDER BY id LIMIT ?
  ), sums AS (
    SELECT id, sum(bytes) OVER (ORDER BY id) - bytes AS before FROM next
  )
  SELECT o.id, topic, key, value, headers, trace FROM sums JOIN outbox AS o ON o.id = sums.id
  WHERE before < ${batchBytes} ORDER BY o.id
`;
const markSql = `
  UPDATE outbox SET published_at_ms = ? WHERE published_at_ms IS NULL AND id IN (SELECT value FROM json_each(?))
`;
const backlogSql = `
  SELECT
    (SELECT count(*) FROM outbox WHERE published_at_ms IS NULL AND set_aside_reason IS NULL) AS depth,
    (SELECT appended_at_ms FROM outbox WHERE published_at_ms IS NULL AND set_aside_reason IS NULL ORDER BY id LIMIT 1)
      AS oldestAtMs,
    (SELECT count(*) FROM outbox WHERE set_aside_reason IS NOT NULL) AS setAside
`;
const pruneSql = `
  DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE published_at_ms < ? LIMIT ?)
`;
