import { z } from 'zod';

/** The `Idempotency-Key` header of a request: 1 to 255 visible ASCII characters; opaque, compared byte by byte. */
export const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible ASCII characters')
  .describe('A request that is repeated with the same key is carried out once; e.g. a UUID, new for each request.');
