import { startPostgres, temporaryDatabase } from '@millrace/launcher';
import { openPostgres, type Postgres, type PostgresStatements } from '@millrace/postgres';
import { createLogger } from '@millrace/telemetry';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import type { OutboxRow } from '../outbox-store.ts';
import { type OutboxStoreHarness, outboxStoreSuite } from '../outbox-store-suite.ts';
import { type Count, counted } from '../test-event.ts';
import { createPostgresOutbox } from './create-postgres-outbox.ts';
import { createPostgresOutboxStore, pendingSql } from './create-postgres-outbox-store.ts';
import { postgresOutboxTables } from './postgres-outbox-tables.ts';

const log = createLogger({ service: 'test', level: 'silent' });
const opened: Postgres[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((database) => database.stop()));
});

async function open(url: string, shards = 1): Promise<Postgres> {
  const database = openPostgres({ url, name: 'test', migrations: [postgresOutboxTables(shards)], log });
  opened.push(database);
  await database.start();
  return database;
}

const newDatabase = () => temporaryDatabase(process.env['POSTGRES_URL']!);
const outbox = createPostgresOutbox({ source: '/test', events: [counted], onCommitted: () => undefined });

async function openHarness(given?: string): Promise<OutboxStoreHarness> {
  const url = given ?? (await newDatabase());
  const database = await open(url);
  const append = (counts: readonly Count[], failure?: Error) =>
    database.transaction(async (transaction) => {
      for (const count of counts) await outbox.append(transaction, counted, count);
      if (failure) throw failure;
    });
  return {
    store: createPostgresOutboxStore(database, 0),
    append: (...counts) => append(counts),
    appendAndRollBack: (...counts) =>
      expect(append(counts, new Error('changed my mind'))).rejects.toThrow('changed my mind'),
    execute: async (sql) => void (await database.query(sql)),
    zeros: (bytes) => `decode(repeat('00', ${bytes}), 'hex')`,
    reopen: async () => {
      await database.stop();
      return openHarness(url);
    },
    close: () => database.stop(),
  };
}

outboxStoreSuite('PostgreSQL', () => openHarness());

const pendingCounts = async (database: PostgresStatements, shard = 0) =>
  (await createPostgresOutboxStore(database, shard).pending(1_000)).map(
    (row) => JSON.parse(String((row as OutboxRow).record.value)) as Count,
  );

describe('the outbox in PostgreSQL', () => {
  it('gives ids of one key in the order of the commits, whoever began first, and lets other keys pass', async () => {
    const database = await open(await newDatabase());
    const firstAppended = Promise.withResolvers<void>();
    const mayCommit = Promise.withResolvers<void>();
    const committed: string[] = [];
    const first = database.transaction(async (transaction) => {
      await outbox.append(transaction, counted, { key: 'ada', count: 1 });
      firstAppended.resolve();
      await mayCommit.promise;
      committed.push('first');
    });
    await firstAppended.promise;
    const second = database
      .transaction((transaction) => outbox.append(transaction, counted, { key: 'ada', count: 2 }))
      .then(() => committed.push('second'));
    await database.transaction((transaction) => outbox.append(transaction, counted, { key: 'ben', count: 3 }));
    // What is visible now may be published now: 2 must not be.
    await untilOneWaits(database);
    expect(await pendingCounts(database)).toEqual([{ key: 'ben', count: 3 }]);
    mayCommit.resolve();
    await Promise.all([first, second]);
    expect(committed).toEqual(['first', 'second']);
    expect((await pendingCounts(database)).filter(({ key }) => key === 'ada').map(({ count }) => count)).toEqual([
      1, 2,
    ]);
  });

  it('keeps all events of a key in one shard, the number of which the first process decides', async () => {
    const url = await newDatabase();
    const database = await open(url, 4);
    const late = await open(url, 7);
    for (let count = 0; count < 200; count++) {
      const writer = count % 2 === 0 ? database : late;
      await writer.transaction((transaction) =>
        outbox.append(transaction, counted, { key: `key ${count % 20}`, count }),
      );
    }
    const shards = await Promise.all([0, 1, 2, 3].map((shard) => pendingCounts(late, shard)));
    expect(shards.flat()).toHaveLength(200);
    expect(shards.filter((counts) => counts.length > 0).length).toBeGreaterThan(1);
    const homes = shards.flatMap((counts) => [...new Set(counts.map(({ key }) => key))]);
    expect(homes.toSorted()).toEqual([...new Set(homes)].toSorted());
  });

  it('reads what waits by index, whatever was known of the table when it was all waiting', async () => {
    const database = await open(await newDatabase());
    await database.query(`
      INSERT INTO outbox (event_id, topic, key, key_hash, shard, headers, trace, appended_at_ms)
      SELECT n::text, 't', n::text::bytea, 0, n % 6, '{}', '{}', 0 FROM generate_series(1, 20000) AS n
    `);
    await database.query('ANALYZE outbox');
    for (const mode of ['force_custom_plan', 'force_generic_plan']) {
      const plan = await database.transaction(async (transaction) => {
        await transaction.query(`SET LOCAL plan_cache_mode = ${mode}`);
        await transaction.query(`PREPARE pending_${mode} (int, int) AS ${pendingSql}`);
        return transaction.query<{ 'QUERY PLAN': string }>(`EXPLAIN EXECUTE pending_${mode} (0, 500)`);
      });
      const scans = plan.rows.map((row) => /Scan.* on outbox.*/.exec(row['QUERY PLAN'])?.[0]).filter(Boolean);
      expect(scans[0]).toContain('Scan using outbox_waiting on outbox');
      expect(scans.join()).not.toContain('Seq Scan');
    }
  });

  it('is made once where several processes start at once', async () => {
    const url = await newDatabase();
    const databases = await Promise.all(Array.from({ length: 5 }, () => open(url)));
    expect(databases.map((database) => database.notReady())).toEqual(Array(5).fill(undefined));
    expect((await databases[0]!.query('SELECT * FROM outbox_shards')).rows).toHaveLength(1);
  });

  it('survives the crash of its server, in which it says so', async () => {
    const server = await startPostgres();
    onTestFinished(() => server.close());
    const database = await open(server.url);
    const append = (count: number) =>
      database.transaction((transaction) => outbox.append(transaction, counted, { key: 'ada', count }));
    await append(1);
    await server.kill('SIGKILL');
    await expect(append(2)).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE', retryable: true });
    await server.start();
    await append(3);
    expect((await pendingCounts(database)).map(({ count }) => count)).toEqual([1, 3]);
  });
});

/** Until a transaction waits for an advisory lock. */
async function untilOneWaits(database: PostgresStatements): Promise<void> {
  const sql = `
    SELECT count(*) AS n FROM pg_locks JOIN pg_database ON database = pg_database.oid
    WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()
  `;
  await expect.poll(async () => (await database.query<{ n: number }>(sql)).rows[0]?.n).toBeGreaterThan(0);
}
