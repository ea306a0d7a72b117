import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeIdempotencyStore, type IdempotencyStoreHarness } from '@millrace/testing/idempotency-store-suite';
import { afterAll, describe, expect, it } from 'vitest';
import { createSqliteIdempotencyStore } from './create-sqlite-idempotency-store.ts';
import { sqliteIdempotencyTable } from './idempotency-tables.ts';
import { openSqlite } from '../open-sqlite.ts';

const directory = mkdtempSync(join(tmpdir(), 'millrace-idempotency-'));
let files = 0;
const newFile = () => join(directory, `${files++}.db`);
afterAll(() => rmSync(directory, { recursive: true }));

const open = (file: string) => openSqlite({ file, migrations: [sqliteIdempotencyTable] });

async function openHarness(file = newFile(), startMs = Date.now()): Promise<IdempotencyStoreHarness> {
  const database = open(file);
  let nowMs = startMs;
  const now = () => nowMs;
  return {
    store: createSqliteIdempotencyStore(database, { now }),
    other: createSqliteIdempotencyStore(database, { now }),
    pass: async (ms) => void (nowMs += ms),
    size: async () => Number(database.prepare('SELECT count(*) AS n FROM idempotency_keys').get()?.['n']),
    reopen: async () => {
      database.close();
      return openHarness(file, nowMs);
    },
    close: async () => database.close(),
  };
}

describeIdempotencyStore('SQLite', () => openHarness());

describe('the idempotency store in SQLite', () => {
  it('says which statement could not be carried out, and goes on when it can be', async () => {
    const database = open(newFile());
    const store = createSqliteIdempotencyStore(database);
    database.exec('ALTER TABLE idempotency_keys RENAME TO hidden');
    await expect(store.complete(['a'], 1_000)).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    database.exec('ALTER TABLE hidden RENAME TO idempotency_keys');
    await store.complete(['a'], 1_000);
    const request = { key: 'a', token: 'ann', leaseMs: 1, ttlMs: 1_000, lapsed: 'tell' } as const;
    expect(await store.claim([request])).toEqual([{ state: 'done' }]);
    database.close();
  });
});
