import { ServiceError } from '@millrace/messaging';
import type { Postgres, PostgresSession } from '@millrace/postgres';
import type { MembershipEvents, ShardClaims, ShardMembership } from '../shard-claims.ts';
import { appendedChannel, locks } from './locks.ts';

export interface ShardClaimsOptions {
  /** After so long without a word from a process its claims are gone. @default 10_000 */
  readonly silenceMs?: number;
}

/**
 * Claims as advisory locks of one session, which also listens for commits. The server frees them when the session ends: at once
 * when the process dies, after some ten seconds when its machine vanishes (TCP keep-alive) or the process stands still (no
 * statement comes). A pooler between us and the server has to give each client a session of its own.
 */
export function createPostgresShardClaims(
  database: Pick<Postgres, 'session'>,
  { silenceMs = 10_000 }: ShardClaimsOptions = {},
): ShardClaims {
  return {
    join: async ({ onAppended, onLost }: MembershipEvents) => {
      const session = await database.session({
        onEnded: onLost,
        onNotification: (_channel, shard) => onAppended(Number(shard)),
      });
      try {
        return await membership(session, silenceMs);
      } catch (error) {
        await session.close();
        throw error;
      }
    },
  };
}

async function membership(session: PostgresSession, silenceMs: number): Promise<ShardMembership> {
  await session.query(`SET idle_session_timeout = ${silenceMs}`);
  await session.query(`LISTEN ${appendedChannel}`);
  await session.query(`SELECT pg_advisory_lock_shared(${locks.relay}, 0)`);
  const { rows } = await session.query<Outbox>('SELECT outbox_id AS "outboxId", shards FROM outbox_shards');
  const [outbox] = rows;
  if (!outbox) throw new ServiceError('DATABASE_UNAVAILABLE', 'the table outbox_shards is empty');
  const { outboxId, shards } = outbox;
  return {
    outboxId,
    share: async () => partOf(shards, await place(session)),
    claim: async (count) => (await session.query<{ shard: number }>(claimSql, [shards, count])).rows.map(shardOf),
    release: async (shard) => void (await session.query(`SELECT pg_advisory_unlock(${locks.shard}, $1)`, [shard])),
    confirm: () => session.query('SELECT 1').then(() => undefined, lost),
    leave: () => session.close(),
  };
}

interface Outbox {
  readonly outboxId: string;
  readonly shards: number;
}

const shardOf = ({ shard }: { readonly shard: number }) => shard;

function lost(cause: unknown): never {
  throw new ServiceError('LEASE_LOST', "the shards of the outbox are not this process's any more", { cause });
}

interface Place {
  readonly members: number;
  /** How many are before this one. */
  readonly before: number;
}

/** Members are who holds the shared lock, in the order of their sessions' numbers. */
const placeSql = `
  SELECT count(*) AS members, count(*) FILTER (WHERE pid < pg_backend_pid()) AS before
  FROM pg_locks JOIN pg_database ON database = pg_database.oid
  WHERE locktype = 'advisory' AND classid = ${locks.relay} AND objid = 0 AND granted AND datname = current_database()
`;

async function place(session: PostgresSession): Promise<Place> {
  const { rows } = await session.query<Place>(placeSql);
  return rows[0] ?? { members: 1, before: 0 };
}

/** What remains when all have got the same goes to the first, one each. */
function partOf(shards: number, { members, before }: Place): number {
  return Math.floor(shards / members) + (before < shards % members ? 1 : 0);
}

/**
 * Tries one shard after the other until enough are locked. One that is ours already could be locked once more, which would
 * take a second unlocking: so it is left out.
 */
const claimSql = `
  SELECT shard FROM (
    SELECT shard FROM generate_series(0, $1::int - 1) AS shard WHERE NOT EXISTS (
      SELECT 1 FROM pg_locks JOIN pg_database ON database = pg_database.oid
      WHERE locktype = 'advisory' AND classid = ${locks.shard} AND objid = shard AND datname = current_database()
    ) ORDER BY shard OFFSET 0
  ) AS free WHERE pg_try_advisory_lock(${locks.shard}, shard) LIMIT $2
`;
