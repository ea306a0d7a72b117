import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';

export interface ReceivedRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** An HTTP server on a free port of this machine, that keeps what it was sent. */
export interface LocalApi extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly ReceivedRequest[];
  /** Every connection ever made to it. */
  readonly sockets: readonly Socket[];
}

/** Starts an API on `host` that gives `answer` to each request whose body has been read. */
export async function startLocalApi(answer: RequestListener, host = '127.0.0.1'): Promise<LocalApi> {
  const requests: ReceivedRequest[] = [];
  const sockets: Socket[] = [];
  const server = createServer((request, response) => {
    void read(request).then((received) => {
      requests.push(received);
      answer(request, response);
    });
  });
  server.on('connection', (socket) => sockets.push(socket));
  server.listen(0, host);
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    sockets,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function read(request: IncomingMessage): Promise<ReceivedRequest> {
  const { method, url, headers } = request;
  return { method, url, headers, body: await text(request) };
}

/** Answers with `status` and, as JSON, `body`. */
export const answering =
  (status: number, body?: unknown, headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  };

/** A port that nothing listens on. */
export async function unusedPort(): Promise<number> {
  await using api = await startLocalApi(answering(200));
  return Number(new URL(api.url).port);
}
