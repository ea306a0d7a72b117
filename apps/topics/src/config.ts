import { kafkaConfig } from '@millrace/service';
import { z } from 'zod';

/** What the topics program reads from its environment. */
export const config = {
  ...kafkaConfig,
  TOPICS_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .positive()
    .default(60_000)
    .describe('How long to wait for Kafka, in milliseconds, before giving up.'),
  TOPICS_REPLICATION_FACTOR: z.coerce
    .number()
    .int()
    .min(1)
    .max(32_767)
    .optional()
    .describe('Copies of each partition of a new topic; without it 3, or the number of brokers where there are fewer.'),
};
