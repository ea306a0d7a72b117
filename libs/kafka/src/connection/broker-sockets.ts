import { connect, type Socket } from 'node:net';
import type { ISocketFactory } from 'kafkajs';
import type { BrokerWatch } from './broker-watch.ts';

export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

/** Where to connect to for the broker of an address. */
export type BrokerRoute = (address: BrokerAddress) => BrokerAddress;

const keepAliveDelayMs = 60_000;
const straight: BrokerRoute = (address) => address;

/** The connections of one kafkajs client: watched while they are made, and broken for good by {@link close}. */
export class BrokerSockets {
  readonly #watch: BrokerWatch;
  readonly #connectTimeoutMs: number;
  readonly #route: BrokerRoute;
  readonly #open = new Set<Socket>();
  #closed = false;

  constructor(watch: BrokerWatch, connectTimeoutMs: number, route: BrokerRoute = straight) {
    this.#watch = watch;
    this.#connectTimeoutMs = connectTimeoutMs;
    this.#route = route;
  }

  get closed(): boolean {
    return this.#closed;
  }

  readonly factory: ISocketFactory = ({ host, port, onConnect }) => {
    if (this.#closed) throw closedError();
    const options = { noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveDelayMs };
    const socket = connect({ ...this.#route({ host, port }), ...options });
    socket.once('connect', onConnect);
    socket.setMaxListeners(0); // each request of kafkajs that waits for the connection listens to it: Node would warn of a leak
    this.#follow(socket, `${host}:${port}`);
    return socket;
  };

  /** Breaks every connection, with an error so that kafkajs gives up its requests, and lets no new one be made. */
  close(): void {
    this.#closed = true;
    for (const socket of this.#open) socket.destroy(closedError());
  }

  #follow(socket: Socket, broker: string): void {
    this.#open.add(socket);
    const failed = (reason: string) => {
      if (!this.#closed) this.#watch.failed(broker, reason);
    };
    const refused = (error: NodeJS.ErrnoException) => failed(error.code ?? error.message);
    const overdue = setTimeout(() => failed(`no connection in ${this.#connectTimeoutMs} ms`), this.#connectTimeoutMs);
    socket.once('error', refused);
    socket.once('connect', () => {
      clearTimeout(overdue);
      socket.off('error', refused);
      this.#watch.reached(broker);
    });
    socket.once('close', () => {
      clearTimeout(overdue);
      this.#open.delete(socket);
    });
  }
}

function closedError(): Error {
  return new Error('this Kafka client is closed');
}
