import { temporaryDatabase } from '@millrace/launcher';
import { createPostgresOutbox } from '@millrace/outbox';
import { openPostgres } from '@millrace/postgres';
import { createLogger } from '@millrace/telemetry';
import { createPostgresUserStore } from './create-postgres-user-store.ts';
import { postgresTables } from './postgres-tables.ts';
import { published } from './published.ts';
import { userStoreSuite } from './user-store-suite.ts';

const log = createLogger({ service: 'test', level: 'silent' });
const sql = `
  SELECT convert_from(key, 'UTF8') AS "userId", headers::json ->> 'ce_type' AS type FROM outbox ORDER BY id
`;

userStoreSuite('PostgreSQL', async () => {
  const url = await temporaryDatabase(process.env['POSTGRES_URL']!);
  const database = openPostgres({ url, name: 'user-service', migrations: postgresTables(8), log });
  await database.start();
  return {
    store: createPostgresUserStore({
      database,
      outbox: createPostgresOutbox({ ...published, onCommitted: () => undefined }),
    }),
    events: async () => (await database.query<{ userId: string; type: string }>(sql)).rows,
    close: () => database.stop(),
  };
});
