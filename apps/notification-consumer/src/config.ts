import { consumerConfig, port } from '@millrace/service';
import { z } from 'zod';

export const config = {
  PORT: port(8083),
  ...consumerConfig,
  NOTIFICATION_API_URL: z
    .url({ protocol: /^https?$/ })
    .describe('Base URL of the notification API; may have a path, which goes before that of each call.'),
  NOTIFICATION_API_TOKEN: z
    .string()
    .min(1)
    .optional()
    .describe('Bearer token for the notification API; without it, calls carry none.'),
};
