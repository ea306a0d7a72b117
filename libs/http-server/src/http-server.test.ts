import { connect } from 'node:net';
import { once } from 'node:events';
import { ServiceError } from '@millrace/messaging';
import { createLogger } from '@millrace/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createHttpServer, type HttpServer } from './http-server.ts';
import { Problem } from './problem.ts';

const lines: string[] = [];
const log = createLogger({ service: 'test', destination: { write: (line: string) => lines.push(line) } });
const body = z.strictObject({ name: z.string().min(3), address: z.strictObject({ street: z.string() }).optional() });

const ticket = {
  params: z.object({ id: z.coerce.number().int() }),
  querystring: z.object({ page: z.coerce.number().default(1) }),
  headers: z.looseObject({ 'x-key': z.string().min(3).optional() }),
};

let http: HttpServer;
let url: string;

beforeEach(async () => {
  lines.length = 0;
  http = createHttpServer({ log });
  http.post('/things', { schema: { body } }, async (request) => request.body);
  http.get('/things', async () => []);
  http.get('/things/:id', { schema: { params: z.object({ id: z.string() }) } }, async ({ params }) => params);
  http.get('/tickets/:id', { schema: ticket }, async ({ params, query, headers }) => ({
    ...params,
    ...query,
    headers,
  }));
  http.get('/broken', async () => {
    throw new Error('the password is hunter2');
  });
  http.get('/locked', async () => {
    throw new ServiceError('DATABASE_UNAVAILABLE', 'the file /data/users.db is locked');
  });
  http.get('/later', async () => {
    throw new Problem({ status: 503, detail: 'Come back later.', headers: { 'retry-after': '3' } });
  });
  url = await http.listen({ host: '127.0.0.1', port: 0 });
});

afterEach(() => http.close());

const post = (content: string | Buffer<ArrayBuffer>, type = 'application/json') =>
  fetch(`${url}/things`, { method: 'POST', body: content, headers: { 'content-type': type } });

async function problemOf(response: Response): Promise<Record<string, unknown>> {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const problem = (await response.json()) as Record<string, unknown>;
  expect(problem['status']).toBe(response.status);
  return problem;
}

describe('the HTTP server', () => {
  it('hands a good body to the route', async () => {
    expect(await (await post('{"name":"wheel"}')).json()).toEqual({ name: 'wheel' });
  });

  it('lists every wrong field, unknown and nested ones too', async () => {
    const problem = await problemOf(await post('{"name":"x","address":{"street":7,"zip":1},"colour":"red"}'));
    const fields = (problem['errors'] as { field: string }[]).map(({ field }) => field);
    expect(fields.toSorted()).toEqual(['address.street', 'address.zip', 'colour', 'name']);
  });

  it('hands parameters and headers to the route as their schemas read them, other headers as they are', async () => {
    const response = await fetch(`${url}/tickets/7?page=2`, { headers: { 'x-key': 'abc', 'x-other': 'd' } });
    expect(await response.json()).toMatchObject({ id: 7, page: 2, headers: { 'x-key': 'abc', 'x-other': 'd' } });
  });

  it.each([
    ['parameter', '/tickets/x', {}, 'id'],
    ['query', '/tickets/7?page=x', {}, 'page'],
    ['header', '/tickets/7', { 'x-key': 'a' }, 'x-key'],
  ])('names a wrong %s', async (_what, path, headers, field) => {
    const problem = await problemOf(await fetch(`${url}${path}`, { headers }));
    expect(problem).toMatchObject({ status: 400, errors: [{ field }] });
  });

  it.each([
    ['broken JSON', 400, '{"name":', 'application/json'],
    ['an empty body', 400, '', 'application/json'],
    ['JSON that is no object', 400, '[]', 'application/json'],
    ['bytes that are not UTF-8', 400, Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), 'application/json'],
    ['a poisoned prototype', 400, '{"name":"wheel","__proto__":{"admin":true}}', 'application/json'],
    ['another content type', 415, '{"name":"wheel"}', 'text/plain'],
    ['a body over the limit', 413, JSON.stringify({ name: 'x'.repeat(20_000) }), 'application/json'],
    ['a deeply nested body', 400, `{"name":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, 'application/json'],
  ])('answers %s with a %i problem', async (_what, status, content, type) => {
    const response = await post(content, type);
    expect(response.status).toBe(status);
    await problemOf(response);
  });

  it('lets a client that sends far too much finish, so that it sees why it is refused', async () => {
    const body = Buffer.alloc(20_000_000, ' ');
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write(`POST /things HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n`);
    socket.write(`content-length: ${body.length}\r\n\r\n`);
    socket.write(body);
    const closed = once(socket, 'close');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 413 /);
    // Rejects where the connection was reset while the client was sending.
    await closed;
  });

  it('answers an unknown path with a 404 problem', async () => {
    expect((await problemOf(await fetch(`${url}/nothing`)))['status']).toBe(404);
  });

  it.each([
    ['PUT', '/things?a=b', 'GET, HEAD, POST'],
    ['DELETE', '/things/7', 'GET, HEAD'],
    ['OPTIONS', '/things', 'GET, HEAD, POST'],
    ['QUERY', '/things', 'GET, HEAD, POST'],
  ])('answers %s %s with a 405 problem that names the methods', async (method, path, allow) => {
    const response = await fetch(`${url}${path}`, { method });
    expect(response.headers.get('allow')).toBe(allow);
    expect((await problemOf(response))['status']).toBe(405);
  });

  it('answers a malformed URL with a 400 problem', async () => {
    expect((await problemOf(await fetch(`${url}/%zz`)))['status']).toBe(400);
  });

  it('passes the headers of a problem on', async () => {
    const response = await fetch(`${url}/later`);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '3']);
  });

  it('asks for patience when something it stands on is away, and does not say what', async () => {
    const response = await fetch(`${url}/locked`);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await response.text()).not.toContain('users.db');
  });

  it('keeps the reason of an unforeseen failure in the log', async () => {
    const response = await fetch(`${url}/broken`);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('hunter2');
    expect(lines.join('')).toContain('request failed');
  });

  it.each([
    ['what is not HTTP', 'NONSENSE\r\n\r\n'],
    ['HTTP/1.1 without a Host header', 'GET /later HTTP/1.1\r\nconnection: close\r\n\r\n'],
  ])('answers %s with a 400 problem', async (_what, text) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1').setEncoding('utf8');
    socket.end(text);
    let answer = '';
    socket.on('data', (chunk: string) => (answer += chunk));
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer).toMatch(/\r\ncontent-type: application\/problem\+json/);
  });

  it('logs one line per request, without the query', async () => {
    await fetch(`${url}/later?token=secret`);
    const requests = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ msg }) => msg === 'request');
    expect(requests).toEqual([expect.objectContaining({ method: 'GET', route: '/later', status: 503 })]);
    expect(lines.join('')).not.toContain('secret');
  });
});
