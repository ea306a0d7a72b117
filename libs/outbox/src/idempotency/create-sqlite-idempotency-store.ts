import type { DatabaseSync } from 'node:sqlite';
import { claimedBy, type ClaimRequest, type IdempotencyStore, judgeClaim, type StoredKey } from '@millrace/messaging';
import { carryOut } from '../carry-out.ts';
import { GroupedTransactions } from './grouped-transactions.ts';

/** Rows that are removed with each claim, where their time is over. */
const removedWithEach = 2;

/**
 * Keys in a database made with `sqliteIdempotencyTable` and opened with `openSqlite`, which one process has: for a group of one
 * member. Claims, completions and releases of one turn of the event loop share a commit. The database outlives it.
 */
export function createSqliteIdempotencyStore(
  database: DatabaseSync,
  { now = Date.now }: { readonly now?: () => number } = {},
): IdempotencyStore {
  const statements = carryOut(() => prepare(database));
  const transactions = new GroupedTransactions(database);
  const claimOne = (request: ClaimRequest, nowMs: number) => {
    const claim = judgeClaim(request, statements.read(request.key), nowMs);
    if (claim.state === 'fresh') statements.write(request.key, claimedBy(request, nowMs));
    return claim;
  };
  return {
    claim: (requests) =>
      transactions.run(() => {
        const nowMs = now();
        statements.forget(nowMs, requests.length * removedWithEach);
        return requests.map((request) => claimOne(request, nowMs));
      }),
    complete: (keys, ttlMs) =>
      transactions.run(() => {
        const done = { token: undefined, leaseEndsAtMs: 0, forgottenAtMs: now() + ttlMs };
        for (const key of keys) statements.write(key, done);
      }),
    release: (claims) =>
      transactions.run(() => {
        for (const { key, token } of claims) statements.release(key, token);
      }),
  };
}

const readSql = 'SELECT token, lease_ends_at_ms, forgotten_at_ms FROM idempotency_keys WHERE key = ?';
const writeSql = `
  INSERT INTO idempotency_keys (key, token, lease_ends_at_ms, forgotten_at_ms) VALUES (?, ?, ?, ?)
  ON CONFLICT (key) DO UPDATE SET
    token = excluded.token, lease_ends_at_ms = excluded.lease_ends_at_ms, forgotten_at_ms = excluded.forgotten_at_ms
`;
const releaseSql = 'DELETE FROM idempotency_keys WHERE key = ? AND token = ?';
const forgetSql = `
  DELETE FROM idempotency_keys WHERE key IN (
    SELECT key FROM idempotency_keys WHERE forgotten_at_ms <= ? ORDER BY forgotten_at_ms LIMIT ?
  )
`;

interface Row {
  readonly token: string | null;
  readonly lease_ends_at_ms: number;
  readonly forgotten_at_ms: number;
}

function prepare(database: DatabaseSync) {
  const read = database.prepare(readSql);
  const write = database.prepare(writeSql);
  const release = database.prepare(releaseSql);
  const forget = database.prepare(forgetSql);
  return {
    read: (key: string) => storedKey(read.get(key) as unknown as Row | undefined),
    write: (key: string, { token, leaseEndsAtMs, forgottenAtMs }: StoredKey) =>
      void write.run(key, token ?? null, leaseEndsAtMs, forgottenAtMs),
    release: (key: string, token: string) => void release.run(key, token),
    forget: (nowMs: number, limit: number) => void forget.run(nowMs, limit),
  };
}

function storedKey(row: Row | undefined): StoredKey | undefined {
  if (!row) return undefined;
  const { token, lease_ends_at_ms: leaseEndsAtMs, forgotten_at_ms: forgottenAtMs } = row;
  return { token: token ?? undefined, leaseEndsAtMs, forgottenAtMs };
}
