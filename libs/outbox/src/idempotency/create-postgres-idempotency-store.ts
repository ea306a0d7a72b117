import type { Claim, ClaimRequest, IdempotencyStore } from '@millrace/messaging';
import type { PostgresStatements } from '@millrace/postgres';
import { Coalescer } from './coalescer.ts';

/**
 * Keys in a PostgreSQL database with the table of `postgresIdempotencyTable`, shared by all members of a group, and by groups:
 * subscriptions' names are in the keys. Times are the server's. What arrives while a statement runs goes into the next one.
 */
export function createPostgresIdempotencyStore(database: PostgresStatements): IdempotencyStore {
  const claims = new Coalescer((requests: readonly ClaimRequest[]) => claim(database, requests));
  const completions = new Coalescer((done: readonly Done[]) => complete(database, done));
  const releases = new Coalescer((held: readonly Pick<ClaimRequest, 'key' | 'token'>[]) => release(database, held));
  return {
    claim: (requests) => claims.run(requests),
    complete: async (keys, ttlMs) => void (await completions.run(keys.map((key) => ({ key, ttlMs })))),
    release: async (held) => void (await releases.run(held)),
  };
}

interface Done {
  readonly key: string;
  readonly ttlMs: number;
}

/**
 * Rows are locked in order of key, here and below, so that no two statements wait for each other. The rows that are removed are
 * others than those that are asked for: a statement sees each row once.
 */
const claimSql = `
  WITH forgotten AS (
    DELETE FROM idempotency_keys WHERE key IN (
      SELECT key FROM idempotency_keys WHERE forgotten_at <= now() AND key <> ALL ($1::text[])
      ORDER BY forgotten_at LIMIT 2 * cardinality($1::text[]) FOR UPDATE SKIP LOCKED
    )
  )
  INSERT INTO idempotency_keys AS stored (key, token, lease_ends_at, forgotten_at)
  SELECT key, token, now() + lease_ms * interval '1 ms', now() + ttl_ms * interval '1 ms'
  FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) AS asked (key, token, lease_ms, ttl_ms)
  ORDER BY key COLLATE "C"
  ON CONFLICT (key) DO UPDATE SET
    token = excluded.token, lease_ends_at = excluded.lease_ends_at, forgotten_at = excluded.forgotten_at
  WHERE stored.forgotten_at <= now() OR stored.token = excluded.token
    OR (stored.token IS NOT NULL AND stored.lease_ends_at <= now() AND stored.key = ANY ($5::text[]))
  RETURNING key
`;
const readSql = `
  SELECT key, token IS NULL AS done, (extract(epoch FROM lease_ends_at - now()) * 1000)::float8 AS "forMs"
  FROM idempotency_keys WHERE key = ANY ($1::text[]) AND forgotten_at > now()
`;
const completeSql = `
  INSERT INTO idempotency_keys (key, token, lease_ends_at, forgotten_at)
  SELECT key, NULL, now(), now() + ttl_ms * interval '1 ms' FROM unnest($1::text[], $2::bigint[]) AS done (key, ttl_ms)
  ORDER BY key COLLATE "C"
  ON CONFLICT (key) DO UPDATE SET token = NULL, forgotten_at = excluded.forgotten_at
`;
const releaseSql = `
  DELETE FROM idempotency_keys WHERE key IN (
    SELECT stored.key FROM idempotency_keys AS stored
    JOIN unnest($1::text[], $2::text[]) AS held (key, token) ON stored.key = held.key AND stored.token = held.token
    ORDER BY stored.key FOR UPDATE OF stored
  )
`;

async function claim(database: PostgresStatements, requests: readonly ClaimRequest[]): Promise<readonly Claim[]> {
  const keys = requests.map(({ key }) => key);
  const { rows } = await database.query<{ key: string }>(claimSql, [
    keys,
    requests.map(({ token }) => token),
    requests.map(({ leaseMs }) => leaseMs),
    requests.map(({ ttlMs }) => ttlMs),
    requests.flatMap(({ key, lapsed }) => (lapsed === 'take' ? key : [])),
  ]);
  const fresh = new Set(rows.map(({ key }) => key));
  const others = keys.filter((key) => !fresh.has(key));
  const stored = others.length > 0 ? await read(database, others) : new Map<string, Claim>();
  return keys.map((key) => (fresh.has(key) ? { state: 'fresh' } : (stored.get(key) ?? justGone)));
}

/** It was released, or forgotten, between the two statements: whoever asks again gets it. */
const justGone: Claim = { state: 'held', forMs: 0 };

async function read(database: PostgresStatements, keys: readonly string[]): Promise<ReadonlyMap<string, Claim>> {
  const { rows } = await database.query<{ key: string; done: boolean; forMs: number }>(readSql, [keys]);
  return new Map(rows.map(({ key, done, forMs }) => [key, done ? { state: 'done' } : claimOfOther(forMs)]));
}

function claimOfOther(forMs: number): Claim {
  return forMs > 0 ? { state: 'held', forMs } : { state: 'lapsed' };
}

async function complete(database: PostgresStatements, done: readonly Done[]): Promise<readonly void[]> {
  await database.query(completeSql, [done.map(({ key }) => key), done.map(({ ttlMs }) => ttlMs)]);
  return done.map(() => undefined);
}

async function release(
  database: PostgresStatements,
  held: readonly Pick<ClaimRequest, 'key' | 'token'>[],
): Promise<readonly void[]> {
  await database.query(releaseSql, [held.map(({ key }) => key), held.map(({ token }) => token)]);
  return held.map(() => undefined);
}
