import { z } from 'zod';

/** Schemas that have an id, by it; what has been written so far. */
export type Schemas = Record<string, object>;

/**
 * The schema as OpenAPI 3.1 takes it, JSON Schema 2020-12: of what a client sends (`input`) or gets (`output`). Those in it
 * that have an id become references, and are put among `schemas`. Throws for what JSON cannot carry.
 */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output', schemas: Schemas): object {
  const text = JSON.stringify(z.toJSONSchema(schema, { io })).replaceAll('"#/$defs/', '"#/components/schemas/');
  const { $schema: _dialect, $defs = {}, ...written } = JSON.parse(text) as { $schema: string; $defs?: Schemas };
  for (const [id, found] of Object.entries($defs)) {
    const { id: _id, ...shared } = found as { id?: string };
    const known = JSON.stringify(schemas[id] ?? shared);
    if (known !== JSON.stringify(shared)) throw new Error(`two schemas have the id ${id}`);
    schemas[id] = shared;
  }
  return written;
}
