import type { DatabaseSync } from 'node:sqlite';
import type { RecordHeaders } from '@millrace/messaging';
import type { TraceHeaders } from '@millrace/telemetry';
import { carryOut } from './carry-out.ts';
import type { OutboxRow, OutboxStore } from './outbox-store.ts';

/** The relay's view of a database made with `outboxTable`. The database outlives it. */
export function createSqliteOutboxStore(database: DatabaseSync): OutboxStore {
  const pending = database.prepare(pendingSql);
  const mark = database.prepare(markSql);
  const backlog = database.prepare(backlogSql);
  const prune = database.prepare(pruneSql);
  return {
    pending: async (limit) => carryOut(() => pending.all(limit)).map((row) => toOutboxRow(row as unknown as StoredRow)),
    markPublished: async (ids) => void carryOut(() => mark.run(Date.now(), JSON.stringify(ids))),
    backlog: async () => {
      const row = carryOut(() => backlog.get()) as unknown as { depth: number; oldestAtMs: number | null };
      return { depth: row.depth, oldestAtMs: row.oldestAtMs ?? undefined };
    },
    prune: async (beforeMs, limit) => Number(carryOut(() => prune.run(beforeMs, limit)).changes),
  };
}

/** What `pending` asks. */
export const pendingSql = `
  SELECT id, topic, key, value, headers, trace FROM outbox WHERE published_at_ms IS NULL ORDER BY id LIMIT ?
`;
const markSql = `
  UPDATE outbox SET published_at_ms = ? WHERE published_at_ms IS NULL AND id IN (SELECT value FROM json_each(?))
`;
const backlogSql = `
  SELECT
    (SELECT count(*) FROM outbox WHERE published_at_ms IS NULL) AS depth,
    (SELECT appended_at_ms FROM outbox WHERE published_at_ms IS NULL ORDER BY id LIMIT 1) AS oldestAtMs
`;
const pruneSql = `
  DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE published_at_ms < ? LIMIT ?)
`;

interface StoredRow {
  readonly id: number;
  readonly topic: string;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: string;
  readonly trace: string;
}

function toOutboxRow({ id, topic, key, value, headers, trace }: StoredRow): OutboxRow {
  return {
    id,
    record: { topic, key: toBuffer(key), value: toBuffer(value), headers: JSON.parse(headers) as RecordHeaders },
    trace: JSON.parse(trace) as TraceHeaders,
  };
}

const toBuffer = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
