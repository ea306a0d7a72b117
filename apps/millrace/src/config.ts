import { kafkaConfig } from '@millrace/service/config';
import { z } from 'zod';

/** What the command reads from its environment; options come first. */
export const config = {
  ...kafkaConfig,
  MILLRACE_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .positive()
    .default(10_000)
    .describe('How long to wait for Kafka, in milliseconds, before giving up.'),
};
