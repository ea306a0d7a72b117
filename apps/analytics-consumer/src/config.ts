import { consumerConfig, port } from '@millrace/service';
import { z } from 'zod';

export const config = {
  PORT: port(8084),
  ...consumerConfig,
  ANALYTICS_API_URL: z
    .url({ protocol: /^https?$/ })
    .describe('Base URL of the analytics API; may have a path, which goes before that of each call.'),
  ANALYTICS_API_TOKEN: z
    .string()
    .min(1)
    .optional()
    .describe('Bearer token for the analytics API; without it, calls carry none.'),
};
