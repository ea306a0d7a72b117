import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { createServer as createTcpServer, type AddressInfo, type LookupFunction, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ClientConnection } from './client-connection.ts';
import type { ConnectionUser } from './connection.ts';
import { createConnector } from './connector.ts';
import { answering, startLocalApi, unusedPort } from './testing/local-api.ts';

/** Notes what it is told, in order. */
class Witness implements ConnectionUser {
  readonly told: unknown[] = [];
  readonly ended = Promise.withResolvers<void>();

  onRequestStart(): void {
    this.told.push('start');
  }

  onResponseStart(_controller: unknown, status: number, headers: Readonly<Record<string, unknown>>): void {
    this.told.push([status, headers['x-note']]);
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    this.told.push(chunk.toString());
  }

  onResponseEnd(): void {
    this.told.push('end');
    this.ended.resolve();
  }

  onResponseError(controller: unknown, error: Error): void {
    this.told.push([controller, 'code' in error ? error.code : error.name]);
    this.ended.resolve();
  }
}

interface Conditions {
  readonly lookup?: LookupFunction;
  readonly mark?: () => number;
  readonly keepAliveTimeoutMs?: number;
}

function connectionTo(baseUrl: string, { lookup, mark = () => 0, keepAliveTimeoutMs = 30_000 }: Conditions = {}) {
  const url = new URL(baseUrl);
  const connect = createConnector({ url, lookup });
  const options = { origin: url.origin, connect, keepAliveTimeoutMs, lifetimeMs: () => 1_000, mark };
  const connection = new ClientConnection(options);
  onTestFinished(() => connection.close());
  return connection;
}

const post = { method: 'POST', path: '/', headers: ['x-a', 'b'], body: '{}' } as const;

async function told(connection: ClientConnection, request: object = {}): Promise<readonly unknown[]> {
  const witness = new Witness();
  connection.dispatch({ ...post, headers: [...post.headers], ...request }, witness);
  await witness.ended.promise;
  return witness.told;
}

/** After this, what happens on a socket is seen before anything that is begun now: undici looks one turn later. */
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** A server below HTTP: what it does with a connection is up to `talk`. */
async function startTcpServer(talk: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    talk(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("undici's contract, on which the exchange stands: a connection tells", () => {
  it('of the start, the answer, its bytes and its end, in this order', async () => {
    await using api = await startLocalApi(answering(202, { ok: true }, { 'x-note': 'n' }));
    const connection = connectionTo(api.url);
    const whole = ['start', [202, 'n'], '{"ok":true}', 'end'];
    expect([await told(connection), await told(connection)]).toEqual([whole, whole]);
    expect([connection.isMade, api.sockets.length]).toEqual([true, 1]);
  });

  it('of nothing before the request is about to be written', async () => {
    const seen: unknown[] = [];
    const witness = new Witness();
    const url = await startTcpServer((socket) => {
      seen.push([...witness.told]);
      socket.once('data', () => socket.end('HTTP/1.1 204 No Content\r\n\r\n'));
    });
    connectionTo(url).dispatch({ ...post, headers: [] }, witness);
    expect(witness.told).toEqual([]);
    await witness.ended.promise;
    expect([seen.length, witness.told]).toEqual([1, ['start', [204, undefined], 'end']]);
  });

  it('of answers that come before the answer, too', async () => {
    await using api = await startLocalApi((_request, response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' }, () => response.writeProcessing(() => response.end()));
    });
    const statuses = [[103, undefined], [102, undefined], [200, undefined]]; // prettier-ignore
    expect(await told(connectionTo(api.url))).toEqual(['start', ...statuses, 'end']);
  });

  it.each([
    ['a path', { path: '/a b' }],
    ['a header', { headers: ['x-a', 'a\nb'] }],
  ])('at once, and with null, of %s that HTTP cannot carry', async (_what, request) => {
    await using api = await startLocalApi(answering(200));
    const connection = connectionTo(api.url);
    const witness = new Witness();
    connection.dispatch({ ...post, headers: [], ...request }, witness);
    expect(witness.told).toEqual([[null, 'UND_ERR_INVALID_ARG']]);
    expect(await told(connection)).toContain('end');
  });

  it('of a failure to connect without a start', async () => {
    const connection = connectionTo(`http://127.0.0.1:${await unusedPort()}`);
    expect(await told(connection)).toEqual([[undefined, 'ECONNREFUSED']]);
    expect(connection.isMade).toBe(false);
  });

  it('of a connection that breaks after the start', async () => {
    const url = await startTcpServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const [start, error] = await told(connectionTo(url));
    expect([start, error]).toEqual([
      'start',
      [expect.anything(), expect.stringMatching(/^(ECONNRESET|UND_ERR_SOCKET)$/)],
    ]);
  });
});

describe('an idle connection', () => {
  it('that was reset fails the next request before its start, so that it can be sent on another', async () => {
    await using api = await startLocalApi(answering(200));
    const connection = connectionTo(api.url);
    await told(connection);
    await nextTurn();
    api.sockets[0]?.resetAndDestroy();
    expect(await told(connection)).toEqual([[undefined, 'ECONNRESET']]);
    expect(api.requests).toHaveLength(1);
  });

  it('that was closed makes itself anew for the next request', async () => {
    await using api = await startLocalApi(answering(200));
    const connection = connectionTo(api.url);
    await told(connection);
    await nextTurn();
    api.sockets[0]?.end();
    expect(await told(connection)).toEqual(['start', [200, undefined], 'end']);
    expect([api.requests.length, api.sockets.length]).toEqual([2, 2]);
  });

  it('is closed by us in time', async () => {
    await using api = await startLocalApi(answering(200));
    await told(connectionTo(api.url, { keepAliveTimeoutMs: 1 }));
    expect(await once(api.sockets[0]!, 'end')).toEqual([]);
  });

  it.each([
    ['not used where the server keeps it for a second only, too short to be sure', 1, 2],
    ['used where the server keeps it for two', 2, 1],
  ])('is %s', async (_what, seconds, sockets) => {
    await using api = await startLocalApi(answering(200, {}, { 'keep-alive': `timeout=${seconds}` }));
    const connection = connectionTo(api.url);
    await told(connection);
    await told(connection);
    expect(api.sockets).toHaveLength(sockets);
  });
});

describe('a connection', () => {
  it('is spent after its time, from the moment its socket is made', async () => {
    let nowMs = 5_000;
    await using api = await startLocalApi(answering(200));
    const connection = connectionTo(api.url, { mark: () => nowMs });
    nowMs += 60_000;
    expect(connection.isSpent).toBe(false);
    await told(connection);
    nowMs += 999;
    expect(connection.isSpent).toBe(false);
    nowMs += 1;
    expect(connection.isSpent).toBe(true);
  });

  it('can be closed while it is being made, and leaves nothing', async () => {
    const accepted = Promise.withResolvers<Socket>();
    const url = await startTcpServer((socket) => accepted.resolve(socket));
    const connection = connectionTo(url.replace('http:', 'https:'));
    connection.dispatch({ ...post, headers: [] }, new Witness());
    const socket = await accepted.promise;
    await connection.close();
    if (!socket.readableEnded) await once(socket.resume(), 'end');
    expect(connection.isMade).toBe(false);
  });

  it('belongs to no call, not even to the one that it was made for', async () => {
    const trace = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    await using api = await startLocalApi(answering(200));
    const lookup: LookupFunction = (_name, _options, done) => {
      seen.push(trace.getStore());
      done(null, [{ address: '127.0.0.1', family: 4 }]);
    };
    const connection = connectionTo(api.url.replace('127.0.0.1', 'api.test'), { lookup });
    await trace.run('the first call', () => told(connection));
    expect(seen).toEqual([undefined]);
  });
});
