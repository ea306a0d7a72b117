import { runService } from '@millrace/service';
import { config } from './config.ts';
import { createUserService } from './create-user-service.ts';

await runService({
  name: 'user-service',
  config,
  build: ({ config: { DATABASE_URL, IDEMPOTENCY_SECRET, OUTBOX_SHARDS }, ...context }) =>
    createUserService({
      ...context,
      database: DATABASE_URL,
      idempotencySecret: IDEMPOTENCY_SECRET,
      shards: OUTBOX_SHARDS,
    }),
});
