import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What lies between two processes: how late bytes arrive, and whether they do. */
export interface Trouble {
  /** Each piece arrives so much later, in its turn. @default 0 */
  readonly latencyMs?: number;
  /** Nothing arrives, in neither direction, and nobody is told; it all does when that is over. @default 'open' */
  readonly road?: 'open' | 'blocked';
}

/** A stretch of network in front of one address, on a port of its own, for bytes of any kind. */
export class TcpProxy {
  readonly #server: Server;
  readonly #links = new Set<Link>();
  #trouble: Trouble = {};

  static async to(host: string, port: number): Promise<TcpProxy> {
    const server = createServer({ allowHalfOpen: true });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return new TcpProxy(server, { host, port });
  }

  private constructor(server: Server, target: { readonly host: string; readonly port: number }) {
    this.#server = server;
    server.on('connection', (near) => {
      const far = connect({ ...target, noDelay: true, allowHalfOpen: true });
      const link: Link = new Link(near.setNoDelay(), far, () => this.#links.delete(link));
      this.#links.add(link);
      link.suffer(this.#trouble);
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on. */
  suffer(trouble: Trouble): void {
    this.#trouble = trouble;
    for (const link of this.#links) link.suffer(trouble);
  }

  /** Breaks the connections there are, both ends hearing of a reset. */
  reset(): void {
    for (const link of this.#links) link.reset();
  }

  close(): void {
    this.reset();
    this.#server.close();
  }
}

/** One connection, in both directions. */
class Link {
  readonly #sockets: readonly [Socket, Socket];
  readonly #lanes: readonly Lane[];
  readonly #over: () => void;

  constructor(near: Socket, far: Socket, over: () => void) {
    this.#sockets = [near, far];
    this.#over = over;
    this.#lanes = [new Lane(near, far), new Lane(far, near)];
    for (const socket of this.#sockets) {
      socket.on('error', () => this.reset());
      socket.on('close', () => this.#closed());
    }
  }

  suffer(trouble: Trouble): void {
    for (const lane of this.#lanes) lane.suffer(trouble);
  }

  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
    this.#over();
  }

  #closed(): void {
    if (this.#sockets.every(({ destroyed }) => destroyed)) this.#over();
  }
}

/** What goes one way: pieces, and the end, each not before its time, and in turn. */
class Lane {
  readonly #waiting: { readonly dueMs: number; readonly pass: () => void }[] = [];
  #trouble: Trouble = {};
  #timer: NodeJS.Timeout | undefined;

  constructor(from: Socket, to: Socket) {
    from.on('data', (piece: Buffer) => this.#take(() => void to.write(piece)));
    from.on('end', () => this.#take(() => to.end()));
  }

  suffer(trouble: Trouble): void {
    this.#trouble = trouble;
    this.#go();
  }

  #take(pass: () => void): void {
    this.#waiting.push({ dueMs: performance.now() + (this.#trouble.latencyMs ?? 0), pass });
    this.#go();
  }

  #go(): void {
    clearTimeout(this.#timer);
    if (this.#trouble.road === 'blocked') return;
    for (let [next] = this.#waiting; next; [next] = this.#waiting) {
      const leftMs = next.dueMs - performance.now();
      if (leftMs > 0) {
        this.#timer = setTimeout(() => this.#go(), leftMs);
        return;
      }
      this.#waiting.shift();
      next.pass();
    }
  }
}
