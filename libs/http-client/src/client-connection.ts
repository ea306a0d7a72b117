import type { Socket } from 'node:net';
import { type buildConnector, Client } from 'undici';
import type { Connection, ConnectionUser, ExchangeRequest } from './connection.ts';
import type { Connect } from './connector.ts';

export interface ClientConnectionOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly connect: Connect;
  readonly keepAliveTimeoutMs: number;
  /** How long a socket made now may be used. */
  readonly lifetimeMs: () => number;
  readonly mark: () => number;
}

/** One undici `Client`. It makes a socket when it has a request and none, and gives up one that has been idle too long. */
export class ClientConnection implements Connection {
  readonly #options: ClientConnectionOptions;
  readonly #client: Client;
  #socket: Socket | undefined = undefined;
  #spentMark = Infinity;

  constructor(options: ClientConnectionOptions) {
    this.#options = options;
    this.#client = new Client(options.origin, {
      connect: (_options, done) => this.#connect(done),
      // No answer waits behind another, and undici never sends a request again.
      pipelining: 1,
      allowH2: false,
      // The deadline of a call is its own, to the millisecond; undici's are half a second coarse.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: options.keepAliveTimeoutMs,
      keepAliveMaxTimeout: options.keepAliveTimeoutMs,
      keepAliveTimeoutThreshold: hintMarginMs,
    });
  }

  get isMade(): boolean {
    const socket = this.#socket;
    return socket !== undefined && !socket.connecting && !socket.destroyed;
  }

  get isSpent(): boolean {
    return this.#options.mark() >= this.#spentMark;
  }

  dispatch(request: ExchangeRequest, user: ConnectionUser): void {
    this.#client.dispatch(request, user);
  }

  /** undici lets go of a socket only when it is connected. */
  async close(): Promise<void> {
    const closed = this.#client.destroy();
    this.#socket?.destroy();
    await closed;
  }

  #connect(done: buildConnector.Callback): void {
    const { connect, lifetimeMs, mark } = this.#options;
    this.#spentMark = mark() + lifetimeMs();
    this.#socket = connect(done);
  }
}

/** Of what a server says in `Keep-Alive: timeout=…`; with undici's own 2 s, a server that says 2 gets a connection per call. */
const hintMarginMs = 1_000;
