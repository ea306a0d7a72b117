import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServiceError } from '@millrace/messaging';

export interface ApiListenerOptions {
  readonly api: string;
  readonly host: string;
  /** 0 takes a free one, which is kept when the listener is opened again. */
  readonly port: number;
  readonly onRequest: http.RequestListener;
}

/** Longer than clients keep an idle connection, so that it is they who close it, and no call meets a closing socket. */
const keepAliveTimeoutMs = 60_000;

/** Thousands of clients' connections may arrive at once; the operating system drops what does not fit for a second. */
const backlog = 4_096;

/** One API's own port. While it is closed, connections are refused. Openings and closings happen in the order asked for. */
export class ApiListener {
  readonly #options: ApiListenerOptions;
  #port: number;
  #server: http.Server | undefined;
  #previous: Promise<unknown> = Promise.resolve();

  constructor(options: ApiListenerOptions) {
    this.#options = options;
    this.#port = options.port;
  }

  get url(): string {
    return `http://${this.#options.host}:${this.#port}`;
  }

  open(): Promise<void> {
    return this.#inTurn(async () => {
      this.#server ??= await this.#listen();
    });
  }

  /** Refuses new connections at once; cuts off the others when `finished` resolves. */
  close(finished: Promise<unknown> = Promise.resolve()): Promise<void> {
    return this.#inTurn(async () => {
      const server = this.#server;
      if (!server) return;
      this.#server = undefined;
      const closed = new Promise((resolve) => server.close(resolve));
      await finished;
      server.closeAllConnections();
      await closed;
    });
  }

  #inTurn(step: () => Promise<void>): Promise<void> {
    const result = this.#previous.then(step);
    this.#previous = result.catch(() => undefined);
    return result;
  }

  #listen(): Promise<http.Server> {
    const { api, host, onRequest } = this.#options;
    return new Promise((resolve, reject) => {
      const server = http.createServer({ keepAliveTimeout: keepAliveTimeoutMs }, onRequest);
      server.once('error', (cause: NodeJS.ErrnoException) =>
        reject(new ServiceError('CONFIG_INVALID', `port ${this.#port} of API ${api}: ${reason(cause)}`, { cause })),
      );
      server.listen({ host, port: this.#port, backlog }, () => {
        this.#port = (server.address() as AddressInfo).port;
        resolve(server);
      });
    });
  }
}

const reason = ({ code, message }: NodeJS.ErrnoException) =>
  code === 'EADDRINUSE' ? 'is taken; stop what uses it, or choose another' : message;
