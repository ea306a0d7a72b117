import { createTarget } from '@millrace/http-client';
import { runService } from '@millrace/service';
import { config } from './config.ts';
import { consumer } from './consumer.ts';

await runService({
  name: 'analytics-consumer',
  config,
  build: ({ config, log, createConsumer }) => {
    const { ANALYTICS_API_URL, ANALYTICS_API_TOKEN, CONCURRENCY, BATCH_SIZE, BATCH_DELAY_MS } = config;
    const batches = BATCH_SIZE > 1 ? { maxSize: BATCH_SIZE, maxDelayMs: BATCH_DELAY_MS } : undefined;
    const api = createTarget({
      name: 'analytics',
      baseUrl: ANALYTICS_API_URL,
      token: ANALYTICS_API_TOKEN,
      timeoutMs: 5_000,
      // One for each key worked on: waiting for a connection would eat into the call's time.
      connections: CONCURRENCY,
      log,
    });
    return [createConsumer({ ...consumer(api, batches), concurrency: CONCURRENCY })];
  },
});
