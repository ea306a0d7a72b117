import type { IncomingMessage, ServerResponse } from 'node:http';
import { ServiceError } from '@millrace/messaging';
import type { Logger } from '@millrace/telemetry';
import { trace } from '@opentelemetry/api';
import {
  fastify,
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RawServerDefault,
} from 'fastify';
import { watchMethods } from './allowed-methods.ts';
import { Problem } from './problem.ts';
import { readJson } from './read-json.ts';
import { readToEnd } from './read-to-end.ts';
import { zodValidator, type ZodTypeProvider } from './validator.ts';

/**
 * The HTTP server of a service: routes are registered on it, `listen` and `close` belong to run-service. A route's `schema`
 * holds zod schemas, which check its requests, and {@link DescribedAnswers} as its `response`; docs/openapi is made of them.
 */
export type HttpServer = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

declare module 'fastify' {
  interface FastifySchema {
    /** What the operation is called in code that is made from the document; unique in a service. */
    readonly operationId?: string;
    /** In a few words. */
    readonly summary?: string;
    readonly description?: string;
    readonly tags?: readonly string[];
  }
}

export interface HttpServerOptions {
  readonly log: Pick<Logger, 'info' | 'error'>;
}

const bodyLimitBytes = 16 * 1024;
const requestTimeoutMs = 10_000;

/**
 * A server that speaks JSON and answers every error, its own and the parser's, as RFC 9457 problem. A failure nobody
 * foresaw is logged and becomes a bare 500. One log line per request, without query, headers or body.
 */
export function createHttpServer({ log }: HttpServerOptions): HttpServer {
  const http: HttpServer = fastify({
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    forceCloseConnections: 'idle',
    // Node's own refusal has no body.
    http: { requireHostHeader: false },
    frameworkErrors: (error, _request, reply) => void sendProblem(reply, toProblem(error)),
    clientErrorHandler: answerBrokenRequest,
  })
    .withTypeProvider<ZodTypeProvider>()
    .setValidatorCompiler(zodValidator)
    .setSerializerCompiler(() => JSON.stringify);
  http.removeAllContentTypeParsers();
  http.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: FastifyRequest, body: Buffer) =>
    readJson(body),
  );
  http.setErrorHandler<FastifyError | Problem | ServiceError>(async (error, request, reply) => {
    const problem = toProblem(error);
    if (problem.status === 413) await readToEnd(request.raw);
    if (problem !== error && problem.status >= 500)
      log.error({ err: error, route: request.routeOptions.url }, 'request failed');
    return sendProblem(reply, problem);
  });
  const methodsOf = watchMethods(http);
  http.addHook('onRequest', async (request) => {
    nameSpan(request);
    refuseWithoutHost(request);
    // Before the body is looked at, which is of no use here.
    if (request.is404) throw nothingHere(methodsOf(request.url));
  });
  http.addHook('onResponse', async (request, reply) => logRequest(log, request, reply));
  closeConnectionsWhenStopping(http);
  return http;
}

/** A request in hand when the server closes is answered; its connection must not linger until the client lets go of it. */
function closeConnectionsWhenStopping(http: HttpServer): void {
  let stopping = false;
  http.addHook('preClose', async () => {
    stopping = true;
  });
  http.addHook('onSend', async (_request, reply) => {
    if (stopping) reply.header('connection', 'close');
  });
}

function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .code(problem.status)
    .headers(problem.headers)
    .type('application/problem+json')
    .send(JSON.stringify(problem));
}

function nothingHere(methods: readonly string[]): Problem {
  if (methods.length === 0) return new Problem({ status: 404, detail: 'There is nothing here.' });
  const allow = methods.join(', ');
  return new Problem({ status: 405, detail: `This takes ${allow} only.`, headers: { allow } });
}

/** Fastify's own 4xx messages are meant for clients; anything else keeps its reason to itself. */
function toProblem(error: FastifyError | Problem | ServiceError): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof ServiceError) return serviceProblem(error);
  const status = error.statusCode ?? 500;
  if (status < 400 || status >= 500) {
    return new Problem({ status: 500, detail: 'Something went wrong on our side.', cause: error });
  }
  return new Problem({ status, detail: error.message, cause: error });
}

/** Something we stand on is away, e.g. the database: worth another try, unlike what nobody foresaw. */
function serviceProblem(cause: ServiceError): Problem {
  if (!cause.retryable || cause.code === 'UNEXPECTED') {
    return new Problem({ status: 500, detail: 'Something went wrong on our side.', cause });
  }
  const headers = { 'retry-after': String(Math.ceil((cause.retryAfterMs ?? 1_000) / 1_000)) };
  return new Problem({ status: 503, detail: 'This cannot be done just now; try again.', headers, cause });
}

/** What is not even HTTP never reaches a route; the socket is all there is. */
function answerBrokenRequest(
  error: NodeJS.ErrnoException,
  socket: NodeJS.WritableStream & { destroy(): void; writable: boolean },
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return socket.destroy();
  const status = { HPE_HEADER_OVERFLOW: 431, ERR_HTTP_REQUEST_TIMEOUT: 408 }[error.code ?? ''] ?? 400;
  const problem = new Problem({ status, detail: 'The request is not valid HTTP.' });
  const body = JSON.stringify(problem);
  socket.end(
    `HTTP/1.1 ${status} ${problem.title}\r\ncontent-type: application/problem+json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function nameSpan({ method, routeOptions }: FastifyRequest): void {
  const route = routeOptions.url;
  if (route) trace.getActiveSpan()?.updateName(`${method} ${route}`).setAttribute('http.route', route);
}

/** RFC 9112, section 3.2. */
function refuseWithoutHost({ raw: { httpVersion, headers } }: FastifyRequest): void {
  if (httpVersion === '1.1' && headers.host === undefined) {
    throw new Problem({ status: 400, detail: 'The request has no Host header.' });
  }
}

const quietRoutes = new Set(['/healthz', '/readyz', '/metrics']);

function logRequest(
  log: HttpServerOptions['log'],
  { method, routeOptions: { url: route } }: FastifyRequest,
  reply: FastifyReply,
): void {
  if (route !== undefined && quietRoutes.has(route)) return;
  log.info({ method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'request');
}
