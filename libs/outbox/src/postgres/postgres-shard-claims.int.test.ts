import { startPostgres, temporaryDatabase } from '@millrace/launcher';
import { openPostgres, type Postgres } from '@millrace/postgres';
import { createLogger } from '@millrace/telemetry';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { ShardMembership } from '../shard-claims.ts';
import { counted } from '../test-event.ts';
import { createCommitNotifier } from './create-commit-notifier.ts';
import { createPostgresOutbox } from './create-postgres-outbox.ts';
import { createPostgresShardClaims } from './create-postgres-shard-claims.ts';
import { postgresOutboxTables } from './postgres-outbox-tables.ts';

const log = createLogger({ service: 'test', level: 'silent' });

async function openDatabase(url?: string): Promise<Postgres> {
  const at = url ?? (await temporaryDatabase(process.env['POSTGRES_URL']!));
  const database = openPostgres({ url: at, name: 'test', migrations: [postgresOutboxTables(8)], log });
  onTestFinished(() => database.stop());
  await database.start();
  return database;
}

async function join(database: Postgres, onLost = () => {}, onAppended: (shard: number) => void = () => {}) {
  const membership = await createPostgresShardClaims(database).join({ onLost, onAppended });
  onTestFinished(() => membership.leave());
  return membership;
}

const sharesOf = (members: readonly ShardMembership[]) => Promise.all(members.map((member) => member.share()));
const all = [0, 1, 2, 3, 4, 5, 6, 7];

it('gives each member its part, and each shard to one', async () => {
  const database = await openDatabase();
  const first = await join(database);
  expect([await first.share(), await first.claim(8)]).toEqual([8, all]);
  const [second, third] = [await join(database), await join(database)];
  expect((await sharesOf([first, second, third])).toSorted((a, b) => a - b)).toEqual([2, 3, 3]);
  expect(await second.claim(3)).toEqual([]);
  await first.release(5);
  await first.release(2);
  expect(await second.claim(3)).toEqual([2, 5]);
  expect(await first.claim(3)).toEqual([]);
  await second.leave();
  await expect.poll(() => sharesOf([first, third])).toEqual([4, 4]);
  await expect.poll(() => third.claim(8)).toEqual([2, 5]);
  expect(new Set([first, second, third].map(({ outboxId }) => outboxId)).size).toBe(1);
});

it('keeps outboxes in other databases of the server apart', async () => {
  const [one, other] = [await join(await openDatabase()), await join(await openDatabase())];
  expect([await one.share(), await other.share()]).toEqual([8, 8]);
  expect([await one.claim(8), await other.claim(8)]).toEqual([all, all]);
  expect(one.outboxId).not.toBe(other.outboxId);
});

it('frees the shards of a session that the server has ended, and tells its member', async () => {
  const database = await openDatabase();
  const onLost = vi.fn<() => void>();
  const first = await join(database, onLost);
  const second = await join(database);
  await first.claim(8);
  await first.confirm();
  await database.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND query LIKE 'SELECT 1' AND pid <> pg_backend_pid()`);
  await expect.poll(() => onLost.mock.calls.length).toBe(1);
  await expect(first.confirm()).rejects.toMatchObject({ code: 'LEASE_LOST' });
  expect(await second.claim(8)).toEqual(all);
});

it('frees the shards of a member that is not heard of', async () => {
  const database = await openDatabase();
  const onLost = vi.fn<() => void>();
  const silent = createPostgresShardClaims(database, { silenceMs: 500 });
  const first = await silent.join({ onLost, onAppended: () => {} });
  await first.claim(8);
  const second = await join(database);
  await expect.poll(() => second.claim(8), { timeout: 30_000, interval: 200 }).toEqual(all);
  expect(onLost).toHaveBeenCalledOnce();
});

it('tells a member of commits, and of no rollback', async () => {
  const database = await openDatabase();
  const heard: number[] = [];
  await join(database, undefined, (shard) => void heard.push(shard));
  const outbox = createPostgresOutbox({
    source: '/test',
    events: [counted],
    onCommitted: createCommitNotifier(database),
  });
  const append = (key: string, failure?: Error) =>
    database.transaction(async (transaction) => {
      await outbox.append(transaction, counted, { key, count: 1 });
      await outbox.append(transaction, counted, { key, count: 2 });
      if (failure) throw failure;
    });
  await expect(append('ada', new Error('changed my mind'))).rejects.toThrow('changed my mind');
  await append('ben');
  const [row] = (await database.query<{ shard: number }>('SELECT shard FROM outbox')).rows;
  await expect.poll(() => heard).toContain(row?.shard);
  expect(new Set(heard)).toEqual(new Set([row?.shard]));
});

it('tells every member when the server crashes, and takes them again', { timeout: 60_000 }, async () => {
  const server = await startPostgres();
  onTestFinished(() => server.close());
  const database = await openDatabase(server.url);
  const onLost = vi.fn<() => void>();
  await (await join(database, onLost)).claim(8);
  await server.kill('SIGKILL');
  await expect.poll(() => onLost.mock.calls.length).toBe(1);
  await expect(createPostgresShardClaims(database).join({ onLost, onAppended: () => {} })).rejects.toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
  });
  await server.start();
  expect(await (await join(database)).claim(8)).toEqual(all);
});
