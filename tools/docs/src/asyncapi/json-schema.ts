import { z } from 'zod';

/**
 * The schema as AsyncAPI takes it without being told a dialect: JSON Schema draft 7. It is the one of what is read, where
 * fields that it does not name are ignored: a newer publisher may send more. Throws for what JSON cannot carry.
 */
export function jsonSchema(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: 'draft-7', io: 'input' });
  return rest;
}
