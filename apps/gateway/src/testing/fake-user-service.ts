import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface ReceivedCall {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

/** Stands in for user-service: keeps what it was sent, and answers what the test says. */
export interface FakeUserService {
  readonly url: string;
  readonly calls: ReceivedCall[];
  answer: (response: ServerResponse) => void;
  stop(): Promise<void>;
}

/** Answers with JSON; `application/problem+json` from 400 on. */
export const answering =
  (status: number, body: object, headers: Readonly<Record<string, string>> = {}) =>
  (response: ServerResponse): void => {
    const contentType = status < 400 ? 'application/json' : 'application/problem+json';
    response.writeHead(status, { 'content-type': contentType, ...headers }).end(JSON.stringify(body));
  };

export async function startFakeUserService(): Promise<FakeUserService> {
  const server = createServer((request, response) => {
    const { method, url: path, headers } = request;
    void json(request).then((body) => {
      fake.calls.push({ method, path, headers, body });
      fake.answer(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const fake: FakeUserService = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: [],
    answer: answering(500, {}),
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return fake;
}
