import { ServiceError } from '@millrace/messaging';
import type { Logger } from '@millrace/telemetry';
import { trace } from '@opentelemetry/api';
import { fastify, type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { readJson } from './read-json.ts';
import { readToEnd } from './read-to-end.ts';
import { Problem } from './problem.ts';

/** The HTTP server of a service: routes are registered on it, `listen` and `close` belong to run-service. */
export type HttpServer = FastifyInstance;

const bodyLimitBytes = 16 * 1024;
const requestTimeoutMs = 10_000;

/**
 * A server that speaks JSON and answers every error, its own and the parser's, as RFC 9457 problem. A failure nobody
 * foresaw is logged and becomes a bare 500. One log line per request, without query, headers or body.
 */
export function createHttpServer({ log }: { readonly log: Logger }): HttpServer {
  const http = fastify({
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    forceCloseConnections: 'idle',
    // Node's own refusal has no body.
    http: { requireHostHeader: false },
    frameworkErrors: (error, _request, reply) => void sendProblem(reply, toProblem(error)),
    clientErrorHandler: answerBrokenRequest,
  });
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
  http.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, new Problem({ status: 404, detail: 'There is nothing here.' })),
  );
  http.addHook('onRequest', async (request) => {
    nameSpan(request);
    refuseWithoutHost(request);
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

function logRequest(log: Logger, { method, routeOptions: { url: route } }: FastifyRequest, reply: FastifyReply): void {
  if (route !== undefined && quietRoutes.has(route)) return;
  log.info({ method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, 'request');
}
