import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createTarget } from './create-target.ts';
import type { HttpTarget } from './http-target.ts';
import type { TargetOptions } from './target-options.ts';
import { captureLog } from './testing/captured-log.ts';
import { answering, startLocalApi, unusedPort } from './testing/local-api.ts';

const never = new AbortController().signal;
const call = { signal: never };

function target(baseUrl: string, options: Partial<TargetOptions> = {}): HttpTarget {
  const created = createTarget({ name: 'crm', baseUrl, timeoutMs: 30_000, log: captureLog().log, ...options });
  onTestFinished(() => created.stop());
  return created;
}

/** A server below HTTP: what it does with a connection is up to `talk`. */
async function startTcpServer(talk: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    talk(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a call that is answered', () => {
  it('sends the JSON once, below the path of the base URL, and resolves with the answer', async () => {
    await using api = await startLocalApi(answering(202, { id: 'm1' }, { 'x-request': 'r1' }));
    const crm = target(`${api.url}/apis/crm/`, { token: 's3cret' });
    const order = { key: 'u1', sequence: 3 };
    const answer = await crm.post('/emails/send?dry=1', { to: 'Zoë' }, { ...call, idempotencyKey: 'k1', order });
    expect(answer).toMatchObject({ status: 202, body: { id: 'm1' }, headers: { 'x-request': 'r1' } });
    expect(api.requests).toEqual([
      expect.objectContaining({ method: 'POST', url: '/apis/crm/emails/send?dry=1', body: '{"to":"Zoë"}' }),
    ]);
    expect(api.requests[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'idempotency-key': 'k1',
      'order-key': 'u1',
      'order-sequence': '3',
      authorization: 'Bearer s3cret',
    });
  });

  it('sends bytes that are JSON already as they are', async () => {
    await using api = await startLocalApi(answering(200));
    await target(api.url).post('/', Buffer.from('{ "to": "Zoë" }'), call);
    expect(api.requests[0]).toMatchObject({ body: '{ "to": "Zoë" }', headers: { 'content-type': 'application/json' } });
  });

  it('rejects what cannot be written as JSON, and asks nobody', async () => {
    await using api = await startLocalApi(answering(200));
    const itself = { self: {} };
    itself.self = itself;
    await expect(target(api.url).post('/', itself, call)).rejects.toThrow(TypeError);
    expect(api.requests).toEqual([]);
  });

  it.each([
    [503, 'API_UNAVAILABLE'],
    [500, 'API_UNAVAILABLE'],
    [408, 'API_UNAVAILABLE'],
    [425, 'API_UNAVAILABLE'],
    [429, 'API_UNAVAILABLE'],
    [400, 'API_REJECTED'],
    [404, 'API_REJECTED'],
    [409, 'API_REJECTED'],
    [302, 'API_REJECTED'],
  ])('with %i throws %s, having asked once', async (status, code) => {
    await using api = await startLocalApi(answering(status, undefined, { location: '/elsewhere' }));
    await expect(target(api.url).post('/emails/send?to=x', {}, call)).rejects.toMatchObject({
      code,
      status,
      message: `POST /emails/send answered ${status}`,
      retryable: code === 'API_UNAVAILABLE',
    });
    expect(api.requests).toHaveLength(1);
  });

  it('with 429 and Retry-After says how long to wait', async () => {
    await using api = await startLocalApi(answering(429, undefined, { 'retry-after': '7' }));
    const crm = target(api.url);
    await expect(crm.post('/', {}, call)).rejects.toMatchObject({ retryAfterMs: 7_000 });
    expect(crm.closedForMs()).toBeGreaterThan(0);
    const heldBackMs = crm.heldBackMs();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(crm.heldBackMs()).toBeGreaterThan(heldBackMs + 10);
  });

  it('with a date to come back at says how long that is by its own clock, however wrong ours is', async () => {
    const date = 'Mon, 05 Jan 2015 12:00:00 GMT';
    await using api = await startLocalApi(
      answering(503, undefined, { 'retry-after': date.replace(':00 ', ':07 '), date }),
    );
    await expect(target(api.url).post('/', {}, call)).rejects.toMatchObject({ retryAfterMs: 7_000 });
  });

  it('is passed on whatever its status where the caller asked for that', async () => {
    await using api = await startLocalApi(
      answering(409, { detail: 'taken' }, { 'content-type': 'application/problem+json' }),
    );
    const request = { ...call, method: 'PATCH', path: '/users/1', json: { a: 1 }, headers: { 'X-A': 'b' } } as const;
    expect(await target(api.url).send(request)).toMatchObject({ status: 409, body: { detail: 'taken' } });
    expect(api.requests[0]).toMatchObject({ method: 'PATCH', body: '{"a":1}', headers: { 'x-a': 'b' } });
  });

  it('without body has none, and broken JSON is text', async () => {
    await using api = await startLocalApi((request, response) => {
      if (request.url === '/none') return void response.writeHead(204).end();
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":');
    });
    const crm = target(api.url);
    expect(await crm.send({ ...call, method: 'GET', path: '/none' })).toMatchObject({ status: 204, body: undefined });
    expect((await crm.send({ ...call, method: 'GET', path: '/broken' })).body).toBe('{"id":');
  });

  it('at more length than a mebibyte counts by its status, and the rest is not read', async () => {
    await using api = await startLocalApi((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.write('x'.repeat(1024 * 1024 + 1));
    });
    expect(await target(api.url).post('/', {}, call)).toMatchObject({ status: 200, body: undefined });
  });

  // The next call may find the connection not yet put back, and make a second one; never a third.
  it('leaves its connection to those that follow', async () => {
    await using api = await startLocalApi(answering(200, {}));
    const crm = target(api.url);
    for (let calls = 0; calls < 5; calls += 1) await crm.post('/', {}, call);
    expect(api.sockets.length).toBeLessThanOrEqual(2);
  });

  it('shares a bounded number of connections with others', async () => {
    await using api = await startLocalApi((_request, response) => void setImmediate(() => response.end()));
    const crm = target(api.url, { connections: 3 });
    await Promise.all(Array.from({ length: 20 }, () => crm.post('/', {}, call)));
    expect(api.requests).toHaveLength(20);
    expect(api.sockets.length).toBeLessThanOrEqual(3);
  });
});

describe('an idle connection', () => {
  it('is given up by us, before a server with a usual limit hangs up', async () => {
    await using api = await startLocalApi(answering(200, {}, { 'keep-alive': 'timeout=72' }));
    await target(api.url, { keepAliveTimeoutMs: 20 }).post('/', {}, call);
    expect(await once(api.sockets[0]!, 'end')).toEqual([]);
  });

  it('that the server has closed is not used again', async () => {
    await using api = await startLocalApi(answering(200, {}));
    const crm = target(api.url);
    await crm.post('/', {}, call);
    api.sockets[0]!.end();
    await once(api.sockets[0]!, 'close');
    expect(await crm.post('/', {}, call)).toMatchObject({ status: 200 });
    expect(api.sockets).toHaveLength(2);
  });

  it('that turns out to be reset before the request is written is replaced, and the API called once', async () => {
    await using api = await startLocalApi(answering(200, {}));
    const crm = target(api.url, { keepAliveTimeoutMs: 30_000 });
    await crm.post('/first', {}, call);
    // In the turn after this, undici looks at the socket before it writes.
    await new Promise((resolve) => setImmediate(resolve));
    api.sockets[0]!.resetAndDestroy();
    expect(await crm.post('/second', {}, call)).toMatchObject({ status: 200 });
    expect([api.requests.map(({ url }) => url), api.sockets.length]).toEqual([['/first', '/second'], 2]);
  });

  it('that breaks once the request is written fails the call, since the API may have acted on it', async () => {
    let calls = 0;
    await using api = await startLocalApi((request, response) => {
      calls += 1;
      if (calls === 1) response.end();
      else request.socket.resetAndDestroy();
    });
    const crm = target(api.url);
    await crm.post('/', {}, call);
    await expect(crm.post('/', {}, call)).rejects.toMatchObject({ code: 'API_UNREACHABLE', notSent: false });
    expect(calls).toBe(2);
  });
});

describe('a call that is not answered in time', () => {
  const tooSlow = (message: string) => ({ code: 'API_TIMEOUT', retryable: true, message: `POST /slow ${message}` });

  it('is given up while connecting', async () => {
    const silent = await startTcpServer(() => undefined);
    const late = tooSlow('was not sent in time: no connection to crm');
    const given = { notSent: true, ...late };
    for (const limit of [{ timeoutMs: 60 }, { connectTimeoutMs: 60 }])
      await expect(target(`https://${silent}`, limit).post('/slow', {}, call)).rejects.toMatchObject(given);
  });

  it('is given up while waiting for the headers, and its connection closed', async () => {
    await using api = await startLocalApi(() => undefined);
    for (const limit of [{ timeoutMs: 60 }, { timeoutMs: 9_000, connectTimeoutMs: 9_000, headersTimeoutMs: 60 }]) {
      const late = tooSlow(`was not answered in time, ${limit.timeoutMs} ms at most`);
      await expect(target(api.url, limit).post('/slow', {}, call)).rejects.toMatchObject({ notSent: false, ...late });
    }
    for (const socket of api.sockets) if (!socket.destroyed) await once(socket, 'close');
  });

  it('is given up while reading the body', async () => {
    await using api = await startLocalApi((_request, response) => void response.writeHead(200).write('{'));
    for (const limit of [{ timeoutMs: 60 }, { timeoutMs: 9_000, headersTimeoutMs: 9_000, bodyTimeoutMs: 60 }]) {
      const late = tooSlow(`got an answer that did not end in time, ${limit.timeoutMs} ms at most`);
      await expect(target(api.url, limit).post('/slow', {}, call)).rejects.toMatchObject(late);
    }
  });
});

describe('a call that the API may not be told twice', () => {
  const once = { ...call, idempotencyKey: 'k1', idempotent: false };

  it('carries no idempotency key, and is not to be made again when it may have been acted on', async () => {
    await using api = await startLocalApi(answering(500));
    const message = 'POST / answered 500; it may have been acted on, and may not be repeated';
    const final = { code: 'API_UNAVAILABLE', retryable: false, message };
    await expect(target(api.url).post('/', {}, once)).rejects.toMatchObject(final);
    const given = target(api.url, { idempotent: false }).post('/', {}, { ...call, idempotencyKey: 'k1' });
    await expect(given).rejects.toMatchObject(final);
    expect(api.requests.map(({ headers }) => headers['idempotency-key'])).toEqual([undefined, undefined]);
  });

  it('is made again where it has surely not been acted on', async () => {
    await using api = await startLocalApi(answering(429));
    await expect(target(api.url).post('/', {}, once)).rejects.toMatchObject({ retryable: true });
    const nobody = target(`http://127.0.0.1:${await unusedPort()}`);
    await expect(nobody.post('/', {}, once)).rejects.toMatchObject({ code: 'API_UNREACHABLE', retryable: true });
  });
});

it('a target says for how long its API knows an idempotency key: a day unless said otherwise, not at all where none is sent', () => {
  const ttlOf = (options: Partial<TargetOptions>) => target('http://127.0.0.1', options).keyTtlMs;
  expect(ttlOf({})).toBe(86_400_000);
  expect(ttlOf({ keyTtlMs: 60_000 })).toBe(60_000);
  expect(ttlOf({ idempotent: false, keyTtlMs: 60_000 })).toBe(0);
});

describe('what an answer means', () => {
  it('may be said by the target: an error in a 200, a 404 that is as good as done', async () => {
    await using api = await startLocalApi((request, response) => {
      response.writeHead(request.url === '/gone' ? 404 : 200, { 'content-type': 'application/json' });
      response.end('{"error":"busy"}');
    });
    const crm = target(api.url, {
      classify: ({ status, body }) => (status === 404 ? 'ok' : body ? 'retryable' : undefined),
    });
    expect(await crm.post('/gone', {}, call)).toMatchObject({ status: 404 });
    await expect(crm.post('/', {}, call)).rejects.toMatchObject({ code: 'API_UNAVAILABLE', status: 200 });
  });

  it.each([401, 403])('%i closes the target, and blames no record', async (status) => {
    await using api = await startLocalApi(answering(status));
    const crm = target(api.url);
    expect([crm.closedForMs(), crm.heldBackMs()]).toEqual([undefined, 0]);
    const refused = { code: 'API_REFUSED', status, retryable: true, targetAtFault: true };
    await expect(crm.post('/', {}, call)).rejects.toMatchObject(refused);
    expect(crm.closedForMs()).toBeGreaterThan(0);
    expect(crm.state()).toMatchObject({
      breaker: 'open',
      why: expect.stringContaining(`it answered ${status}`) as string,
    });
  });

  it('does not hold anything back where there is no breaker', async () => {
    await using api = await startLocalApi(answering(401));
    const crm = target(api.url, { breaker: false });
    await expect(crm.post('/', {}, call)).rejects.toMatchObject({ code: 'API_REFUSED', targetAtFault: false });
    expect(crm.state()).toEqual({ closedForMs: undefined, breaker: 'closed', why: undefined });
  });
});

describe('a call that cannot be made', () => {
  it('to a port where nobody listens says so', async () => {
    const crm = target(`http://127.0.0.1:${await unusedPort()}`);
    await expect(crm.post('/emails/send', {}, call)).rejects.toMatchObject({
      code: 'API_UNREACHABLE',
      retryable: true,
      status: undefined,
      notSent: true,
      message: 'POST /emails/send got no answer from crm (ECONNREFUSED)',
    });
  });

  it.each([
    ['before the answer', ''],
    ['in the headers', 'HTTP/1.1 200 OK\r\ncontent-le'],
    ['in the body', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{"a"'],
  ])('when the connection breaks %s throws, and is not sent again', async (_where, said) => {
    let requests = 0;
    const address = await startTcpServer((socket) => {
      socket.on('data', () => {
        requests += 1;
        socket.write(said, () => socket.resetAndDestroy());
      });
    });
    const crm = target(`http://${address}`);
    for (const attempt of [1, 2])
      await expect(crm.post('/', {}, { ...call, attempt })).rejects.toMatchObject({ code: 'API_UNREACHABLE' });
    expect(requests).toBe(2);
  });

  it('to something that does not speak HTTP throws, without repeating what it said', async () => {
    const address = await startTcpServer((socket) => socket.once('data', (data) => socket.end(data)));
    const error: unknown = await target(`http://${address}`)
      .post('/', { to: 'ada@example.org' }, call)
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'API_UNREACHABLE' });
    expect(JSON.stringify((error as Error).cause, Object.getOwnPropertyNames((error as Error).cause))).not.toContain(
      'ada',
    );
  });

  it('because HTTP cannot carry its path is not worth trying again', async () => {
    await using api = await startLocalApi(answering(200));
    await expect(target(api.url).post('/a b', {}, call)).rejects.toMatchObject({
      code: 'API_REJECTED',
      retryable: false,
      message: 'POST /a b cannot be sent (UND_ERR_INVALID_ARG)',
    });
  });
});

describe('a call that its caller gives up', () => {
  it('ends at once', async () => {
    const controller = new AbortController();
    await using api = await startLocalApi(() => controller.abort());
    await expect(target(api.url).post('/', {}, { signal: controller.signal })).rejects.toMatchObject({
      code: 'CALL_ABORTED',
      retryable: true,
    });
  });

  it('beforehand is not made', async () => {
    await using api = await startLocalApi(answering(200));
    await expect(target(api.url).post('/', {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'CALL_ABORTED',
    });
    expect(api.sockets).toHaveLength(0);
  });

  it('while its connection is made is never sent, also where only the next look at its signal says so', async () => {
    await using api = await startLocalApi(answering(200));
    let isOver = false;
    const crm = target(api.url);
    const cutOff = crm.post(
      '/cut-off',
      {},
      {
        get signal() {
          return isOver ? AbortSignal.abort() : never;
        },
      },
    );
    isOver = true;
    await expect(cutOff).rejects.toMatchObject({ code: 'CALL_ABORTED', notSent: true });
    await crm.post('/next', {}, call);
    expect(api.requests.map(({ url }) => url)).toEqual(['/next']);
  });

  it('while it waits for a connection is never sent', async () => {
    const first = Promise.withResolvers<ServerResponse>();
    await using api = await startLocalApi((request, response) => {
      if (request.url === '/first') return first.resolve(response);
      response.end();
    });
    const crm = target(api.url, { connections: 1 });
    const controller = new AbortController();
    const calls = [crm.post('/first', {}, call), crm.post('/given-up', {}, { signal: controller.signal })];
    const response = await first.promise;
    controller.abort();
    response.end();
    const [, givenUp] = await Promise.allSettled(calls);
    expect(givenUp).toMatchObject({ reason: { code: 'CALL_ABORTED' } });
    await crm.post('/last', {}, call);
    expect(api.requests.map(({ url }) => url)).toEqual(['/first', '/last']);
  });
});

describe('a target with too many calls', () => {
  it('refuses what nobody would wait for, and asks consumers to wait', async () => {
    const answers: ServerResponse[] = [];
    await using api = await startLocalApi((_request, response) => void answers.push(response));
    const crm = target(api.url, { connections: 1, waiting: 1 });
    expect(crm.closedForMs()).toBeUndefined();
    const calls = [crm.post('/', {}, call), crm.post('/', {}, call)];
    expect(crm.closedForMs()).toBeGreaterThan(0);
    await expect(crm.post('/x', {}, call)).rejects.toMatchObject({
      code: 'API_UNREACHABLE',
      notSent: true,
      message: 'POST /x was not sent: too many calls wait for a connection to crm',
    });
    for (let ended = 0; ended < 2; ended += 1) {
      await vi.waitFor(() => expect(answers).toHaveLength(ended + 1));
      answers[ended]?.end();
      await calls[ended];
    }
    expect(crm.closedForMs()).toBeUndefined();
  });
});

describe('a target that stops', () => {
  it('lets calls that end soon end', async () => {
    const called = Promise.withResolvers<ServerResponse>();
    await using api = await startLocalApi((_request, response) => called.resolve(response));
    const crm = target(api.url);
    const ended = crm.post('/', {}, call);
    const response = await called.promise;
    const stopped = crm.stop();
    response.end();
    expect(await ended).toMatchObject({ status: 200 });
    await stopped;
    if (!api.sockets[0]?.readableEnded) await once(api.sockets[0]!, 'end');
  });

  it('cuts off calls that do not end', async () => {
    const called = Promise.withResolvers<void>();
    await using api = await startLocalApi(() => called.resolve());
    const crm = target(api.url);
    const [ended] = await Promise.all([Promise.allSettled([crm.post('/', {}, call)]), called.promise.then(crm.stop)]);
    expect(ended).toMatchObject([{ reason: { code: 'CALL_ABORTED' } }]);
  });

  it('makes no more calls, and may be stopped again', async () => {
    await using api = await startLocalApi(answering(200));
    const crm = target(api.url);
    await crm.stop();
    await crm.stop();
    await expect(crm.post('/', {}, call)).rejects.toMatchObject({ code: 'CALL_ABORTED' });
    expect(api.requests).toHaveLength(0);
  });
});
