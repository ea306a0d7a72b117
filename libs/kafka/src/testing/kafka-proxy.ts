import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { BrokerRoute } from '../connection/broker-sockets.ts';
import { answerCorrelationId, type ApiName, apis, FrameSplitter, requestHead } from './kafka-frame.ts';

/** A request on its way to a broker. */
export interface PassingRequest {
  readonly api: number;
  /** `host:port` of the broker. */
  readonly broker: string;
  /** As sent, its size before it. */
  readonly frame: Buffer;
}

/** What befalls requests of one kind, until it is over. */
export interface Meddling {
  /** Those that it has befallen, in order. */
  readonly met: readonly PassingRequest[];
  /** Lets what was held go on, in order, and everything later pass. */
  end(): void;
}

/** `hold`: it does not get there until then; `hold-answer`: it does, but the answer does not get back; `lose`: it never does. */
export type Fate = 'hold' | 'hold-answer' | 'lose';

interface Rule {
  readonly api: number;
  readonly fate: Fate;
  readonly where: (request: PassingRequest) => boolean;
  readonly met: PassingRequest[];
  readonly held: (() => void)[];
}

/**
 * Between one client and its brokers. Requests that are held are overtaken by later ones, as if those took another
 * connection.
 */
export class KafkaProxy {
  /** For the client, see {@link KafkaOptions.route}. */
  readonly ports: Readonly<Record<string, number>>;
  readonly #servers: readonly Server[];
  readonly #links = new Set<Link>();
  #rules: readonly Rule[] = [];
  #dark = false;

  /** `brokers`: `host:port` of each, all of the cluster. */
  static async start(brokers: readonly string[]): Promise<KafkaProxy> {
    const accept = (broker: string, client: Socket) => proxy.#accept(broker, client);
    const servers = brokers.map((broker) => createServer((client) => accept(broker, client)));
    await Promise.all(servers.map((server) => new Promise<void>((done) => server.listen(0, '127.0.0.1', done))));
    const ports = servers.map((server, at) => [brokers[at], (server.address() as AddressInfo).port]);
    const proxy = new KafkaProxy(servers, Object.fromEntries(ports) as Record<string, number>);
    return proxy;
  }

  private constructor(servers: readonly Server[], ports: Readonly<Record<string, number>>) {
    this.#servers = servers;
    this.ports = ports;
  }

  readonly route: BrokerRoute = ({ host, port }) => ({ host, port: this.ports[`${host}:${port}`] ?? port });

  meddle(api: ApiName, fate: Fate, where: Rule['where'] = () => true): Meddling {
    const rule: Rule = { api: apis[api], fate, where, met: [], held: [] };
    this.#rules = [...this.#rules, rule];
    const end = () => {
      this.#rules = this.#rules.filter((other) => other !== rule);
      for (const goOn of rule.held.splice(0)) goOn();
    };
    return { met: rule.met, end };
  }

  /** Breaks all connections there are. */
  cut(): void {
    for (const link of this.#links) link.cut();
  }

  /** From now on nothing gets anywhere, and nobody is told; {@link enlighten} lets it all go on. */
  darken(): void {
    this.#dark = true;
  }

  enlighten(): void {
    this.#dark = false;
    for (const link of this.#links) link.goOn();
  }

  close(): void {
    this.cut();
    for (const server of this.#servers) server.close();
  }

  #accept(broker: string, client: Socket): void {
    const link: Link = new Link(broker, client, {
      dark: () => this.#dark,
      ruleFor: (request) => this.#rules.find(({ api, where }) => api === request.api && where(request)),
      over: () => this.#links.delete(link),
    });
    this.#links.add(link);
  }
}

interface LinkPorts {
  readonly dark: () => boolean;
  readonly ruleFor: (request: PassingRequest) => Rule | undefined;
  readonly over: () => void;
}

/** One connection of the client to one broker. */
class Link {
  readonly #broker: string;
  readonly #client: Socket;
  readonly #upstream: Socket;
  readonly #ports: LinkPorts;
  /** Whose answers are held, by correlation id. */
  readonly #awaited = new Map<number, Rule>();
  readonly #waiting: (() => void)[] = [];

  constructor(broker: string, client: Socket, ports: LinkPorts) {
    const [host = '', port = ''] = broker.split(/:(?=\d+$)/);
    this.#broker = broker;
    this.#client = client;
    this.#ports = ports;
    this.#upstream = connect({ host, port: Number(port), noDelay: true });
    client.setNoDelay();
    const requests = new FrameSplitter();
    const answers = new FrameSplitter();
    client.on('data', (chunk: Buffer) => this.#pass(() => this.#requests(requests.push(chunk))));
    this.#upstream.on('data', (chunk: Buffer) => this.#pass(() => this.#answers(answers.push(chunk))));
    for (const socket of [client, this.#upstream]) {
      socket.on('error', () => this.cut());
      socket.on('close', () => this.#pass(() => this.cut()));
    }
  }

  cut(): void {
    this.#client.destroy();
    this.#upstream.destroy();
    this.#ports.over();
  }

  goOn(): void {
    for (const action of this.#waiting.splice(0)) action();
  }

  #pass(action: () => void): void {
    if (this.#ports.dark()) this.#waiting.push(action);
    else action();
  }

  #requests(frames: readonly Buffer[]): void {
    for (const frame of frames) {
      const { api, correlationId } = requestHead(frame);
      const request: PassingRequest = { api, broker: this.#broker, frame };
      const rule = this.#ports.ruleFor(request);
      rule?.met.push(request);
      if (rule?.fate === 'hold') rule.held.push(() => this.#upstream.write(frame));
      else if (rule?.fate !== 'lose') this.#upstream.write(frame);
      if (rule?.fate === 'hold-answer') this.#awaited.set(correlationId, rule);
    }
  }

  #answers(frames: readonly Buffer[]): void {
    for (const frame of frames) {
      const correlationId = answerCorrelationId(frame);
      const rule = this.#awaited.get(correlationId);
      this.#awaited.delete(correlationId);
      if (rule) rule.held.push(() => this.#client.write(frame));
      else this.#client.write(frame);
    }
  }
}
