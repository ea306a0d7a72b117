import { createFencedProducer, createKafka, type FencedProducerOptions } from '@millrace/kafka';
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
 * A process of its own for those that kill it, benchmarks and chaos: user-service on PostgreSQL that keeps no passwords, since
 * hashing them would be most of its work. With OUTBOX=none it tells nobody of its users, to see what the outbox costs. With
 * KAFKA_ROUTES, a JSON of ports by `host:port`, it reaches each broker at the port given there. Writes `ready`.
 */
const hashPassword: HashPassword = async () => '$none$';
const routes = JSON.parse(process.env['KAFKA_ROUTES'] ?? '{}') as Readonly<Record<string, number>>;

await runService({
  name: 'user-service',
  config,
  build: ({ config: settings, ...context }) => {
    const { DATABASE_URL: database, IDEMPOTENCY_SECRET: idempotencySecret, OUTBOX_SHARDS, KAFKA_BROKERS } = settings;
    if (process.env['OUTBOX'] !== 'none') {
      const kafka = createKafka({
        brokers: KAFKA_BROKERS,
        clientId: 'user-service',
        log: context.log,
        route: ({ host, port }) => ({ host, port: routes[`${host}:${port}`] ?? port }),
      });
      const producer = (options: FencedProducerOptions) => createFencedProducer(kafka, options);
      const outbox = { shards: OUTBOX_SHARDS, createFencedProducer: producer };
      return createUserService({ ...context, ...outbox, database, idempotencySecret, hashPassword });
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
