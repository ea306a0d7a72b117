import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A load balancer that has no health checks: each request goes to the next address, whatever has become of who was there. Where
 * no answer comes from there, none comes from here.
 */
export class HttpBalancer {
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true });
  #targets: readonly string[] = [];
  #next = 0;

  static async start(): Promise<HttpBalancer> {
    const balancer = new HttpBalancer();
    await new Promise<void>((done) => balancer.#server.listen(0, '127.0.0.1', done));
    return balancer;
  }

  private constructor() {
    this.#server = createServer((asked, answer) => this.#pass(asked, answer));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** `http://host:port` of each. */
  lead(targets: readonly string[]): void {
    this.#targets = targets;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    this.#agent.destroy();
  }

  #pass(asked: IncomingMessage, answer: ServerResponse): void {
    const target = this.#targets[this.#next++ % this.#targets.length];
    if (target === undefined) return void answer.destroy();
    const { method, headers, url = '/' } = asked;
    const passed = request(new URL(url, target), { agent: this.#agent, method, headers });
    passed.on('response', (answered) => {
      answer.writeHead(answered.statusCode ?? 502, answered.headers);
      answered.on('error', () => answer.destroy());
      answered.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    answer.on('close', () => {
      if (!answer.writableFinished) passed.destroy();
    });
    asked.pipe(passed);
  }
}
