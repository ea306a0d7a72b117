import { createTarget } from '@millrace/http-client';
import { runService } from '@millrace/service';
import { config } from './config.ts';
import { registerRoutes } from './routes.ts';

await runService({
  name: 'gateway',
  config,
  build: ({ config: { USER_SERVICE_URL, USER_SERVICE_TIMEOUT_MS }, log, http }) => {
    const userService = createTarget({
      name: 'user-service',
      baseUrl: USER_SERVICE_URL,
      timeoutMs: USER_SERVICE_TIMEOUT_MS,
      // Somebody waits for each answer: no call is held back.
      breaker: false,
      log,
    });
    registerRoutes(http, { userService });
    return [{ name: userService.name, start: async () => undefined, stop: () => userService.stop() }];
  },
});
