import { port } from '@millrace/service';
import { z } from 'zod';

export const config = {
  PORT: port(8080),
  USER_SERVICE_URL: z.url({ protocol: /^https?$/ }).describe('Base URL of user-service.'),
  USER_SERVICE_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(1)
    // A service stops within nine seconds, requests in hand included.
    .max(8_000)
    .default(5_000)
    .describe('How long user-service may take to answer, in ms; then the gateway answers 504.'),
};
