import type { FastifySchemaCompiler, FastifyTypeProvider } from 'fastify';
import type { z } from 'zod';
import { type FieldError, Problem } from './problem.ts';

/** A route's handler gets what the schemas of its `body`, `params`, `querystring` and `headers` make of them. */
export interface ZodTypeProvider extends FastifyTypeProvider {
  readonly validator: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown;
}

/** Refuses what does not fit with a 400 problem that lists every wrong field of the body, the parameters, or the headers. */
export const zodValidator: FastifySchemaCompiler<z.ZodType> =
  ({ schema }) =>
  (value: unknown) => {
    const read = schema.safeParse(value);
    if (read.success) return { value: read.data };
    return {
      error: new Problem({ status: 400, detail: 'The request has wrong fields.', errors: fieldErrors(read.error) }),
    };
  };

/** What is wrong with each field, and which fields are unknown. */
export const fieldErrors = ({ issues }: z.ZodError): FieldError[] => issues.flatMap(fieldErrorsOf);

function fieldErrorsOf(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ field: [...path, key].join('.'), message: 'unknown field' }));
  }
  return [{ field: path.join('.') || 'body', message: issue.message }];
}

/** Like {@link zodValidator} for the parts of the path; the rest is left to the handler. */
export const paramsValidator: FastifySchemaCompiler<z.ZodType> = (route) =>
  route.httpPart === 'params' ? zodValidator(route) : (value: unknown) => ({ value });
