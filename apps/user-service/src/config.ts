import { kafkaConfig, port } from '@millrace/service';
import { z } from 'zod';

export const config = {
  PORT: port(8081),
  ...kafkaConfig,
  DATABASE_URL: z
    .string()
    .regex(/^file:./, 'is file:<path> of a SQLite file; PostgreSQL is not supported yet')
    .default('file:.millrace/users.db')
    .transform((url) => url.slice('file:'.length))
    .describe('SQLite file for users, outbox and idempotency keys, `file:<path>`; made where it is missing.'),
  IDEMPOTENCY_SECRET: z
    .string()
    .min(32, 'has at least 32 characters')
    .optional()
    .describe(
      'Key of the hashes by which a repeated request is recognised. Where it is absent, one is made at the first start and kept in `<database file>.key`.',
    ),
};
