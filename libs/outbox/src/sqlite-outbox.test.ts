import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { createSqliteOutbox } from './create-sqlite-outbox.ts';
import { createSqliteOutboxStore, pendingSql } from './create-sqlite-outbox-store.ts';
import { openSqlite } from './open-sqlite.ts';
import { type OutboxStoreHarness, outboxStoreSuite } from './outbox-store-suite.ts';
import { outboxSetAside, outboxTable } from './outbox-table.ts';
import { inTransaction } from './sqlite-transaction.ts';
import { type Count, counted } from './test-event.ts';

const directory = mkdtempSync(join(tmpdir(), 'millrace-outbox-'));
let files = 0;
const newFile = () => join(directory, `${files++}`, 'outbox.db');
afterAll(() => rmSync(directory, { recursive: true }));

const open = (file: string) => openSqlite({ file, migrations: [outboxTable, outboxSetAside] });

async function openHarness(file = newFile()): Promise<OutboxStoreHarness> {
  const database = open(file);
  const outbox = createSqliteOutbox({ source: '/test', events: [counted], onCommitted: () => undefined });
  const append = (counts: readonly Count[], { failure }: { readonly failure?: Error } = {}) =>
    inTransaction(database, (transaction) => {
      for (const count of counts) outbox.append(transaction, counted, count);
      if (failure) throw failure;
    });
  return {
    store: createSqliteOutboxStore(database),
    append: async (...counts) => append(counts),
    appendAndRollBack: async (...counts) =>
      expect(() => append(counts, { failure: new Error('changed my mind') })).toThrow('changed my mind'),
    execute: async (sql) => database.exec(sql),
    zeros: (bytes) => `zeroblob(${bytes})`,
    reopen: async () => {
      database.close();
      return openHarness(file);
    },
    close: async () => database.close(),
  };
}

outboxStoreSuite('SQLite', () => openHarness());

describe('the outbox in SQLite', () => {
  it('calls its relay once the event is durable, and not after a rollback', () => {
    const database = open(newFile());
    const waiting = () => Number(database.prepare('SELECT count(*) AS n FROM outbox').get()?.['n']);
    const onCommitted = vi.fn<() => void>(() => expect([database.isTransaction, waiting()]).toEqual([false, 1]));
    const outbox = createSqliteOutbox({ source: '/test', events: [counted], onCommitted });
    const append = (failure?: Error) =>
      inTransaction(database, (transaction) => {
        outbox.append(transaction, counted, { key: 'ada', count: 1 });
        expect(onCommitted).not.toHaveBeenCalled();
        if (failure) throw failure;
      });
    expect(() => append(new Error('changed my mind'))).toThrow('changed my mind');
    append();
    expect(onCommitted).toHaveBeenCalledOnce();
    database.close();
  });

  it('refuses data that breaks the contract, and the transaction with it', () => {
    const database = open(newFile());
    const outbox = createSqliteOutbox({ source: '/test', events: [counted], onCommitted: () => undefined });
    const work = () =>
      inTransaction(database, (transaction) => {
        outbox.append(transaction, counted, { key: 'ada', count: 1 });
        outbox.append(transaction, counted, { key: 'ada', count: Number.NaN });
      });
    expect(work).toThrow(/count/);
    expect(database.prepare('SELECT count(*) AS n FROM outbox').get()).toEqual({ n: 0 });
    database.close();
  });

  it('refuses an event that its service does not say it publishes', () => {
    const database = open(newFile());
    const outbox = createSqliteOutbox({ source: '/test', events: [], onCommitted: () => undefined });
    const work = () =>
      inTransaction(database, (transaction) => outbox.append(transaction, counted, { key: 'ada', count: 1 }));
    expect(work).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: "Counted is not among the events of /test's outbox; add it to them",
      }),
    );
    database.close();
  });

  it('reads what waits by index, however many published events lie beside it', () => {
    const database = open(newFile());
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${pendingSql}`).all(10);
    const tables = plan
      .map(({ detail }) => String(detail))
      .filter((detail) => /^(SCAN|SEARCH) (o|outbox|earlier)\b/.test(detail));
    expect(tables).toEqual([
      'SCAN o USING INDEX outbox_waiting',
      'SEARCH earlier USING INDEX outbox_set_aside (topic=? AND key=? AND id<?)',
      'SEARCH o USING INTEGER PRIMARY KEY (rowid=?)',
    ]);
    database.close();
  });
});
