import { crc32 } from 'node:zlib';
import type { PostgresStatements } from '@millrace/postgres';
import type { Answer } from './answer.ts';
import type { KeptAnswer, KeyedRequest } from './keyed-request.ts';

const keptMs = 24 * 60 * 60 * 1_000;
/** The first number of the advisory locks of idempotency keys; the outbox has others. */
const lockClass = 1_835_626_620;

interface StoredAnswer {
  readonly requestHash: Buffer;
  readonly status: number;
  readonly body: string;
}

/** Whoever has locked a key, in whatever process, is the only one to work on it until their transaction is over. */
export async function lockKey(transaction: PostgresStatements, key: string): Promise<void> {
  await transaction.query(`SELECT pg_advisory_xact_lock(${lockClass}, $1)`, [crc32(key) | 0]);
}

export async function findAnswer(database: PostgresStatements, key: string): Promise<KeptAnswer | undefined> {
  const { rows } = await database.query<StoredAnswer>(findSql, [key, Date.now()]);
  const [row] = rows;
  return row && { requestHash: row.requestHash, answer: { status: row.status, body: row.body } };
}

const findSql = `
  SELECT request_hash AS "requestHash", status, body FROM kept_answers WHERE idempotency_key = $1 AND expires_at_ms > $2
`;

/** Takes the place of an answer whose time is over. */
export async function keepAnswer(
  transaction: PostgresStatements,
  { key, hash }: KeyedRequest,
  { status, body }: Answer,
): Promise<void> {
  await transaction.query(keepSql, [key, hash, status, body, Date.now() + keptMs]);
}

const keepSql = `
  INSERT INTO kept_answers VALUES ($1, $2, $3, $4, $5) ON CONFLICT (idempotency_key)
  DO UPDATE SET request_hash = $2, status = $3, body = $4, expires_at_ms = $5
`;

/** Removes at most `limit` answers whose time is over; how many it removed. Several processes do not wait for each other. */
export async function removeExpired(database: PostgresStatements, limit: number): Promise<number> {
  return (await database.query(removeSql, [Date.now(), limit])).count;
}

const removeSql = `
  DELETE FROM kept_answers WHERE idempotency_key IN
    (SELECT idempotency_key FROM kept_answers WHERE expires_at_ms <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)
`;
