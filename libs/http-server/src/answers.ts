import { z } from 'zod';

/** What a route's `response` says of one status. */
export interface DescribedAnswer {
  readonly description: string;
  readonly headers?: Readonly<Record<string, z.ZodType>>;
  /** By media type. */
  readonly content?: Readonly<Record<string, { readonly schema: z.ZodType }>>;
  /** What can be asked next: by operation id, its parameters, e.g. `{ id: '$response.body#/userId' }`. */
  readonly links?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** By status. */
export type DescribedAnswers = Readonly<Record<number, DescribedAnswer>>;

const fieldError = z.object({ field: z.string(), message: z.string() });

const problemBody = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    errors: z.array(fieldError).optional().describe('Every wrong field, and what it should be.'),
  })
  .meta({ id: 'Problem', description: 'What went wrong, in the form of RFC 9457. It never repeats what was sent.' });

const retryAfter = z.int().min(0).describe('After how many seconds another try is worth it.');

/** An answer with a JSON body. */
export const json = (
  description: string,
  schema: z.ZodType,
  more: Pick<DescribedAnswer, 'headers' | 'links'> = {},
): DescribedAnswer => ({ description, ...more, content: { 'application/json': { schema } } });

/** Problems by status, each with when it is answered; 409, 429 and 503 may say when to try again. */
export const problems = (descriptions: Readonly<Record<number, string>>): DescribedAnswers =>
  Object.fromEntries(Object.entries(descriptions).map(([status, text]) => [status, problem(Number(status), text)]));

const mayPass = new Set([409, 429, 503]);

const problem = (status: number, description: string): DescribedAnswer => ({
  description,
  ...(mayPass.has(status) && { headers: { 'Retry-After': retryAfter } }),
  content: { 'application/problem+json': { schema: problemBody } },
});

/** What the server itself answers before a route is reached, by what the route takes; and when the route fails unforeseen. */
export const serverProblems = ({
  takesBody,
  hasParams,
}: {
  readonly takesBody: boolean;
  readonly hasParams: boolean;
}) =>
  problems({
    400: 'The request is malformed, or a field is wrong; `errors` lists every one.',
    408: 'The request did not arrive in time.',
    ...(takesBody && {
      413: 'The body is too large.',
      415: 'The body is not sent as `application/json`.',
    }),
    ...(hasParams && { 414: 'A part of the path is too long.' }),
    431: 'The headers are too large.',
    500: 'Something went wrong on our side.',
  });
