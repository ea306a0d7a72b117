import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { type FieldError, problem } from './answer.ts';
import type { Effect } from './effect-table.ts';
import { faultSchema, noFault } from './fault.ts';
import type { StubApiSet } from './stub-api-set.ts';

const apiName = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/i, 'is 1 to 64 letters, digits, dots and dashes');
const faultRequest = z.object({ params: z.object({ api: apiName }), body: faultSchema });
const apiRequest = z.object({ params: z.object({ api: apiName }) });
const effectsRequest = apiRequest.extend({ query: z.object({ orderKey: z.string().optional() }) });

/**
 * Registers what steers and questions stub APIs, and `POST /apis/{api}/…`, which reaches every API, with a port of its
 * own or without. When the server closes, the stub APIs are stopped, as it waits for calls that may hang.
 *
 * - `PUT /faults/{api}` with a {@link FaultInput}: 200 and the fault in force, or 400 naming every wrong field;
 *   `GET` shows it, `DELETE` heals.
 * - `GET /stats`: {@link ApiStats} by API. `DELETE /stats`: forgets counts, effects and kept results of all APIs.
 * - `GET /effects/{api}?orderKey=`: what the API did, in that order.
 */
export function registerControlRoutes(http: FastifyInstance, apis: StubApiSet): void {
  http.put('/faults/:api', async ({ params, body }, reply) => {
    const read = faultRequest.safeParse({ params, body });
    if (!read.success) return refuse(reply, read.error);
    await apis.setFault(read.data.params.api, read.data.body);
    return apis.fault(read.data.params.api);
  });
  http.get('/faults/:api', async ({ params }, reply) => {
    const read = apiRequest.safeParse({ params });
    return read.success ? apis.fault(read.data.params.api) : refuse(reply, read.error);
  });
  http.delete('/faults/:api', async ({ params }, reply) => {
    const read = apiRequest.safeParse({ params });
    if (!read.success) return refuse(reply, read.error);
    await apis.setFault(read.data.params.api, noFault);
    return reply.code(204).send();
  });
  http.get('/stats', async () => apis.stats());
  http.delete('/stats', async (_request, reply) => {
    await apis.reset();
    return reply.code(204).send();
  });
  http.get('/effects/:api', async ({ params, query }, reply) => {
    const read = effectsRequest.safeParse({ params, query });
    if (!read.success) return refuse(reply, read.error);
    const pages = apis.effects(read.data.params.api, read.data.query.orderKey);
    return reply.type('application/json').send(Readable.from(effectsDocument(pages)));
  });
  http.register(async (scope) => registerCalls(scope, apis));
  http.addHook('preClose', () => apis.stop());
}

/** The API reads the body itself, as it does on a port of its own. */
function registerCalls(http: FastifyInstance, apis: StubApiSet): void {
  http.removeAllContentTypeParsers();
  http.addContentTypeParser('*', (_request, _body, done) => done(null));
  http.all('/apis/:api/*', async ({ params, raw }, reply) => {
    const read = apiRequest.safeParse({ params });
    if (!read.success) return refuse(reply, read.error);
    reply.hijack();
    const path = (raw.url ?? '').split('?', 1)[0] ?? '';
    apis.handle(read.data.params.api, raw, reply.raw, path.slice(path.indexOf('/', '/apis/'.length)));
  });
}

function refuse(reply: FastifyReply, { issues }: z.ZodError): FastifyReply {
  const { status, body } = problem(400, 'The request has wrong fields.', { errors: issues.flatMap(fieldErrors) });
  return reply.code(status).type('application/problem+json').send(body);
}

/** Paths start with the part of the request, which says nothing to who sent it. */
function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.slice(1).map(String);
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys : [];
  if (unknown.length > 0) return unknown.map((key) => ({ field: [...path, key].join('.'), message: 'unknown field' }));
  return [{ field: path.join('.') || 'body', message: issue.message }];
}

/** Written piece by piece: there may be a million effects. Bodies are JSON already. */
function* effectsDocument(pages: Iterable<readonly Effect[]>): Generator<string> {
  let separator = '{"effects":[';
  for (const page of pages) {
    yield separator + page.map(effectJson).join(',\n');
    separator = ',\n';
  }
  yield separator.startsWith('{') ? `${separator}]}` : ']}';
}

function effectJson({ idempotencyKey, orderKey, orderSequence, atMs, path, body }: Effect): string {
  const at = new Date(atMs).toISOString();
  return `${JSON.stringify({ idempotencyKey, orderKey, orderSequence, at, path }).slice(0, -1)},"body":${body}}`;
}
