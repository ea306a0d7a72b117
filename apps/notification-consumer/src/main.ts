import { userRegistered } from '@millrace/contracts';
import { createTarget } from '@millrace/http-client';
import { on } from '@millrace/messaging';
import { runService } from '@millrace/service';
import { config } from './config.ts';
import { welcomeEmail } from './welcome-email.ts';

await runService({
  name: 'notification-consumer',
  config,
  build: ({ config: { NOTIFICATION_API_URL, NOTIFICATION_API_TOKEN, CONCURRENCY }, log, createConsumer }) => {
    const notificationApi = createTarget({
      name: 'notification',
      baseUrl: NOTIFICATION_API_URL,
      token: NOTIFICATION_API_TOKEN,
      timeoutMs: 5_000,
      // One for each key worked on: waiting for a connection would eat into the call's time.
      connections: CONCURRENCY,
      log,
    });
    return [
      createConsumer({
        group: 'notification',
        startAt: 'earliest',
        targets: [notificationApi],
        concurrency: CONCURRENCY,
        subscriptions: [on(userRegistered, welcomeEmail(notificationApi), { name: 'notification' })],
      }),
    ];
  },
});
