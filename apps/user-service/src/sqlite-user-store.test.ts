import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteOutbox, openSqlite } from '@millrace/outbox';
import { createSqliteUserStore } from './create-sqlite-user-store.ts';
import { published } from './published.ts';
import { tables } from './tables.ts';
import { userStoreSuite } from './user-store-suite.ts';

userStoreSuite('SQLite', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-users-'));
  const database = openSqlite({ file: join(directory, 'users.db'), migrations: tables });
  const outbox = createSqliteOutbox({ ...published, onCommitted: () => undefined });
  const sql = `SELECT CAST(key AS TEXT) AS userId, headers ->> 'ce_type' AS type FROM outbox ORDER BY id`;
  return {
    store: createSqliteUserStore({ database, outbox }),
    events: async () => database.prepare(sql).all() as { userId: string; type: string }[],
    close: async () => {
      database.close();
      rmSync(directory, { recursive: true });
    },
  };
});
