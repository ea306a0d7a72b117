import { openPostgres } from '@millrace/postgres';
import { runService } from '@millrace/service';
import { config } from './config.ts';
import { createPostgresUserStore } from './create-postgres-user-store.ts';
import { createUserService } from './create-user-service.ts';
import type { HashPassword } from './hash-password.ts';
import { postgresTables } from './postgres-tables.ts';
import { registerUserRoutes } from './register-user-routes.ts';
import { Users } from './users.ts';

/**
 * A process of its own for benchmarks that kill it: user-service on PostgreSQL that keeps no passwords, since hashing them would
 * be most of its work. With OUTBOX=none it tells nobody of its users, to see what the outbox costs. Writes `ready`.
 */
const hashPassword: HashPassword = async () => '$none$';

await runService({
  name: 'user-service',
  config,
  build: ({ config: { DATABASE_URL: database, IDEMPOTENCY_SECRET: idempotencySecret, OUTBOX_SHARDS }, ...context }) => {
    if (process.env['OUTBOX'] !== 'none') {
      return createUserService({ ...context, database, idempotencySecret, shards: OUTBOX_SHARDS, hashPassword });
    }
    if (database.kind !== 'postgres' || idempotencySecret === undefined) throw new Error('it runs on PostgreSQL');
    const { http, log } = context;
    const migrations = postgresTables(OUTBOX_SHARDS);
    const postgres = openPostgres({ url: database.url, name: 'user-service', migrations, log });
    const outbox = { append: () => Promise.resolve() };
    const store = createPostgresUserStore({ database: postgres, outbox });
    registerUserRoutes(http, new Users({ store, hashPassword, idempotencySecret }));
    return [postgres];
  },
});
process.stdout.write('ready\n');
