import { temporaryDatabase } from '@millrace/launcher';
import { openPostgres, type Postgres } from '@millrace/postgres';
import { createLogger } from '@millrace/telemetry';
import { describeIdempotencyStore, type IdempotencyStoreHarness } from '@millrace/testing/idempotency-store-suite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createPostgresIdempotencyStore } from './create-postgres-idempotency-store.ts';
import { postgresIdempotencyTable } from './idempotency-tables.ts';

const log = createLogger({ service: 'test', level: 'silent' });
const request = (key: string) => ({ key, token: 'ann', leaseMs: 60_000, ttlMs: 600_000, lapsed: 'tell' }) as const;

async function open(url: string): Promise<Postgres> {
  const database = openPostgres({ url, name: 'test', migrations: [postgresIdempotencyTable], log });
  await database.start();
  return database;
}

const passSql = `
  UPDATE idempotency_keys SET
    lease_ends_at = lease_ends_at - $1 * interval '1 ms', forgotten_at = forgotten_at - $1 * interval '1 ms'
`;

async function openHarness(url: string): Promise<IdempotencyStoreHarness> {
  const [database, another] = await Promise.all([open(url), open(url)]);
  const close = async () => void (await Promise.all([database.stop(), another.stop()]));
  return {
    store: createPostgresIdempotencyStore(database),
    other: createPostgresIdempotencyStore(another),
    // The server's clock goes on by itself; so what it has written moves into the past.
    pass: async (ms) => void (await database.query(passSql, [ms])),
    size: async () =>
      (await database.query<{ n: number }>('SELECT count(*)::int AS n FROM idempotency_keys')).rows[0]?.n ?? -1,
    reopen: async () => {
      await close();
      return openHarness(url);
    },
    close,
  };
}

let shared: string | undefined;

describeIdempotencyStore('PostgreSQL', async () => {
  shared ??= await temporaryDatabase(process.env['POSTGRES_URL']!);
  const database = await open(shared);
  await database.query('TRUNCATE idempotency_keys');
  await database.stop();
  return openHarness(shared);
});

describe('the idempotency store in PostgreSQL', () => {
  it('never waits in a circle: members that ask for the same keys in any order all get their answers', async () => {
    const url = await temporaryDatabase(process.env['POSTGRES_URL']!);
    const databases = await Promise.all(Array.from({ length: 6 }, () => open(url)));
    onTestFinished(async () => void (await Promise.all(databases.map((database) => database.stop()))));
    const keys = Array.from({ length: 200 }, (_, n) => `key ${n}`);
    const members = databases.map(async (database, member) => {
      const store = createPostgresIdempotencyStore(database);
      for (let round = 0; round < 20; round++) {
        const turned = [...keys.slice((round * 37 + member * 53) % 200), ...keys].slice(0, 200);
        const asked = [...new Set(member % 2 ? turned.toReversed() : turned)];
        const claims = await store.claim(asked.map((key) => ({ ...request(key), token: `member ${member}` })));
        const ours = asked.filter((_, at) => claims[at]?.state === 'fresh');
        await store.release(ours.map((key) => ({ key, token: `member ${member}` })));
      }
      return 'done';
    });
    expect(await Promise.all(members)).toEqual(members.map(() => 'done'));
  });
});
