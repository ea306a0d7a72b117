import type { z } from 'zod';
import { type FieldError, Problem } from './problem.ts';

/** The body as `schema` reads it; throws a 400 problem that lists every wrong field. */
export function parseBody<Body>(schema: z.ZodType<Body>, body: unknown): Body {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new Problem({
    status: 400,
    detail: 'The request has wrong fields.',
    errors: parsed.error.issues.flatMap(fieldErrors),
  });
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ field: [...path, key].join('.'), message: 'unknown field' }));
  }
  return [{ field: path.join('.') || 'body', message: issue.message }];
}
