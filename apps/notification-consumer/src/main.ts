import { createTarget } from '@millrace/http-client';
import { runService } from '@millrace/service';
import { config } from './config.ts';
import { consumer } from './consumer.ts';

await runService({
  name: 'notification-consumer',
  config,
  build: ({ config: { NOTIFICATION_API_URL, NOTIFICATION_API_TOKEN, CONCURRENCY }, log, createConsumer }) => {
    const api = createTarget({
      name: 'notification',
      baseUrl: NOTIFICATION_API_URL,
      token: NOTIFICATION_API_TOKEN,
      timeoutMs: 5_000,
      // One for each key worked on: waiting for a connection would eat into the call's time.
      connections: CONCURRENCY,
      log,
    });
    return [createConsumer({ ...consumer(api), concurrency: CONCURRENCY })];
  },
});
