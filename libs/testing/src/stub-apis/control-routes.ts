import { Readable } from 'node:stream';
import { type HttpServer, paramsValidator } from '@millrace/http-server';
import { batchPath } from './batch-call.ts';
import type { Effect } from './effect-table.ts';
import { noFault } from './fault.ts';
import {
  callApi,
  clearFault,
  getFault,
  getStats,
  listEffects,
  reset,
  sendEmail,
  setFault,
  trackEvent,
  trackEvents,
} from './operations.ts';
import type { StubApiSet } from './stub-api-set.ts';

/**
 * Registers what steers and questions stub APIs, and `POST /apis/{api}/…`, which reaches every API, with a port of its
 * own or without. When the server closes, the stub APIs are stopped, as it waits for calls that may hang.
 */
export function registerControlRoutes(http: HttpServer, apis: StubApiSet): void {
  http.put('/faults/:api', { schema: setFault }, async ({ params: { api }, body }) => {
    await apis.setFault(api, body);
    return apis.fault(api);
  });
  http.get('/faults/:api', { schema: getFault }, async ({ params: { api } }) => apis.fault(api));
  http.delete('/faults/:api', { schema: clearFault }, async ({ params: { api } }, reply) => {
    await apis.setFault(api, noFault);
    return reply.code(204).send();
  });
  http.get('/stats', { schema: getStats }, async () => apis.stats());
  http.delete('/stats', { schema: reset }, async (_request, reply) => {
    await apis.reset();
    return reply.code(204).send();
  });
  http.get('/effects/:api', { schema: listEffects }, async ({ params: { api }, query: { orderKey } }, reply) =>
    reply.type('application/json').send(Readable.from(effectsDocument(apis.effects(api, orderKey)))),
  );
  http.register(async (scope) => registerCalls(scope, apis));
  http.addHook('preClose', () => apis.stop());
}

/** The API reads headers and body itself, as it does on a port of its own. */
function registerCalls(http: HttpServer, apis: StubApiSet): void {
  http.removeAllContentTypeParsers();
  http.addContentTypeParser('*', (_request, _body, done) => done(null));
  http.setValidatorCompiler(paramsValidator);
  for (const [path, schema] of calls) {
    http.post(`/apis/:api${path}`, { schema }, async ({ params: { api }, raw }, reply) => {
      reply.hijack();
      const [full = ''] = (raw.url ?? '').split('?', 1);
      apis.handle(api, raw, reply.raw, full.slice(full.indexOf('/', '/apis/'.length)));
    });
  }
}

const calls = [
  ['/emails/send', sendEmail],
  ['/events/track', trackEvent],
  [batchPath, trackEvents],
  ['/*', callApi],
] as const;

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
