import { userEmailChanged, userRegistered } from '@millrace/contracts';
import { createTarget } from '@millrace/http-client';
import { on } from '@millrace/messaging';
import { runService } from '@millrace/service';
import { config } from './config.ts';
import { trackEvent } from './track-event.ts';

await runService({
  name: 'analytics-consumer',
  config,
  build: ({ config: { ANALYTICS_API_URL, ANALYTICS_API_TOKEN, CONCURRENCY }, log, createConsumer }) => {
    const analyticsApi = createTarget({
      name: 'analytics',
      baseUrl: ANALYTICS_API_URL,
      token: ANALYTICS_API_TOKEN,
      timeoutMs: 5_000,
      // One for each key worked on: waiting for a connection would eat into the call's time.
      connections: CONCURRENCY,
      log,
    });
    return [
      createConsumer({
        group: 'analytics',
        startAt: 'earliest',
        targets: [analyticsApi],
        concurrency: CONCURRENCY,
        subscriptions: [
          on(userRegistered, trackEvent(analyticsApi), { name: 'analytics-user-registered' }),
          on(userEmailChanged, trackEvent(analyticsApi), { name: 'analytics-user-email-changed' }),
        ],
      }),
    ];
  },
});
