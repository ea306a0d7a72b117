import { kafkaConfig, port } from '@millrace/service';
import { z } from 'zod';
import { databaseAddress } from './database-address.ts';

export const config = {
  PORT: port(8081),
  ...kafkaConfig,
  DATABASE_URL: z
    .string()
    .regex(
      /^(file:.|postgres(ql)?:\/\/.)/,
      'is file:<path> of a SQLite file, or postgres://user:password@host/database',
    )
    .refine((url) => url.startsWith('file:') || URL.canParse(url), 'is no URL; escape what is special in the password')
    .default('file:.millrace/users.db')
    .transform(databaseAddress)
    .describe(
      'Where users, outbox and idempotency keys are: a SQLite file, `file:<path>`, made where it is missing, for one process; or PostgreSQL 15 or newer, `postgres://user:password@host/database`, for any number.',
    ),
  OUTBOX_SHARDS: z.coerce
    .number()
    .int()
    .min(1)
    .max(256)
    .default(6)
    .describe('On PostgreSQL: parts of the outbox, as many processes can publish; stored when the tables are made.'),
  IDEMPOTENCY_SECRET: z
    .string()
    .min(32, 'has at least 32 characters')
    .optional()
    .describe(
      'Key of the hashes by which a repeated request is recognised. On PostgreSQL required, the same for every process; on SQLite, where it is absent, one is made at the first start and kept in `<database file>.key`.',
    ),
};
