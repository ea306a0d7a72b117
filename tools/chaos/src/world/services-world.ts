import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { createKafka, type KafkaConnection } from '@millrace/kafka';
import { KafkaProxy } from '@millrace/kafka/testing';
import {
  type KafkaCluster,
  type Postgres,
  type ServiceProcess,
  startPostgres,
  startSystem,
  type System,
} from '@millrace/launcher';
import { createLogger } from '@millrace/telemetry';
import { createStubApisClient } from '@millrace/testing/stub-apis';
import { type Load, registerSteadily } from '@millrace/testing/registrations';
import type { ServicesEvidence } from '../judging/services-evidence.ts';
import { askGateway } from './ask-gateway.ts';
import { HttpBalancer } from './http-balancer.ts';
import { appendedEvents, storedUsers, unpublished } from './read-database.ts';
import { type Begun, logEnds, readEvents } from './read-events.ts';
import { readApi } from './read-api.ts';
import { replicaNames, serviceTable } from './service-table.ts';

export interface ServicesWorldOptions {
  readonly cluster: KafkaCluster;
  /** For what the services keep, and their logs; it is emptied first. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Whether each replica of user-service has a proxy between it and Kafka. @default 'straight' */
  readonly toKafka?: 'straight' | 'through proxies';
}

const replicaCount = 3;
const lookAgainMs = 100;
const askAgainMs = 500;
const patienceMs = 60_000;
const clientPatienceMs = 60_000;
const consumers = ['notification-consumer', 'analytics-consumer'];
/** Who is to hear what. */
const apis = [
  { api: 'notification', hears: ['UserRegistered'] },
  { api: 'analytics', hears: ['UserRegistered', 'UserEmailChanged'] },
];
const log = createLogger({ service: 'chaos', level: 'silent' });

interface Parts {
  readonly system: System;
  readonly postgres: Postgres;
  readonly balancer: HttpBalancer;
  readonly proxies: ReadonlyMap<string, KafkaProxy>;
  readonly kafka: KafkaConnection;
  readonly begun: Begun;
  readonly ended: string[];
}

/** The worked example as processes of their own, three user-services on one PostgreSQL, and clients of its gateway. */
export class ServicesWorld {
  readonly replicas = replicaNames(replicaCount);
  /** All that may be killed; the APIs are nobody's. */
  readonly services: readonly string[] = ['gateway', ...this.replicas, ...consumers];
  readonly inZombiesHand: string[] = [];
  readonly #options: ServicesWorldOptions;
  readonly #parts: Parts;
  readonly #over = new AbortController();
  /** Services that were killed and are not up again. */
  readonly #coming = new Map<string, Promise<void>>();
  #load: Promise<Load> | undefined;

  static async open(options: ServicesWorldOptions): Promise<ServicesWorld> {
    const { cluster, folder, signal, toKafka = 'straight' } = options;
    await rm(folder, { recursive: true, force: true });
    const brokers = cluster.brokers.split(',');
    const kafka = createKafka({ brokers, clientId: 'chaos', log });
    const closing: (() => unknown)[] = [];
    try {
      const postgres = await startPostgres();
      closing.push(() => postgres.close());
      const balancer = await HttpBalancer.start();
      closing.push(() => balancer.close());
      const proxies = new Map<string, KafkaProxy>();
      closing.push(() => [...proxies.values()].map((proxy) => proxy.close()));
      if (toKafka === 'through proxies')
        for (const name of replicaNames(replicaCount)) proxies.set(name, await KafkaProxy.start(brokers));
      const begun = await logEnds(kafka);
      const ended: string[] = [];
      const system = await startSystem({
        dataDir: folder,
        ports: 'free',
        env: { KAFKA_BROKERS: cluster.brokers, LOG_LEVEL: 'info' },
        apps: serviceTable({
          replicas: replicaCount,
          databaseUrl: postgres.url,
          userServiceUrl: balancer.url,
          routes: new Map([...proxies].map(([name, { ports }]) => [name, ports])),
        }),
        onProgress: ({ state, what, detail = '' }) => void (state === 'note' && ended.push(`${what} ${detail}`)),
        signal,
      });
      const world = new ServicesWorld(options, { system, postgres, balancer, proxies, kafka, begun, ended });
      balancer.lead(world.replicas.map((name) => system.url(name)));
      return world;
    } catch (error) {
      for (const close of closing) await close();
      throw error;
    }
  }

  private constructor(options: ServicesWorldOptions, parts: Parts) {
    this.#options = options;
    this.#parts = parts;
  }

  get postgres(): Postgres {
    return this.#parts.postgres;
  }

  /** Those that are up, as far as nobody has killed them. */
  get up(): readonly string[] {
    return this.services.filter((name) => !this.#coming.has(name));
  }

  /** What lies between a replica and Kafka. */
  proxy(name: string): KafkaProxy {
    const proxy = this.#parts.proxies.get(name);
    if (!proxy) throw new Error(`nothing lies between ${name} and Kafka`);
    return proxy;
  }

  process(name: string): ServiceProcess {
    return this.#parts.system.service(name);
  }

  /** Registers from now on; one user in four asks again what they were answered. */
  load(perSecond: number): void {
    const attempt = askGateway(this.#parts.system.url('gateway'));
    const pace = { perSecond, patienceMs: clientPatienceMs, askAgainEach: 4 };
    this.#load = registerSteadily({ attempt, registerPath: '/register', until: this.#over.signal, ...pace });
  }

  /** `kill -9`, and started again at once; resolves when it is dead. */
  async kill(name: string): Promise<void> {
    const service = this.process(name);
    await service.kill('SIGKILL');
    const coming = service.start().then(() => void this.#coming.delete(name));
    coming.catch(() => undefined);
    this.#coming.set(name, coming);
  }

  /** Resolves when all that were killed are up again; rejects where one does not come up. */
  async allUp(): Promise<void> {
    await Promise.all(this.#coming.values());
  }

  /** How many shards of the outbox a replica says that it relays; 0 where it says nothing. */
  async shardsOf(name: string): Promise<number> {
    const { url } = this.process(name);
    const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
    const text = await answer?.text().catch(() => undefined);
    return Number(/^millrace_outbox_shards(?:\{.*\})? (\d+)/m.exec(text ?? '')?.[1] ?? 0);
  }

  /** For so long, unless the run is interrupted. */
  async pass(ms: number): Promise<void> {
    const { signal } = this.#options;
    await delay(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
  }

  /** Resolves when it has come to that; rejects after a minute, and when the run is interrupted. */
  async until(what: string, condition: () => Promise<boolean> | boolean): Promise<void> {
    const giveUpAt = performance.now() + patienceMs;
    while (!(await condition())) {
      if (performance.now() > giveUpAt) throw new Error(`waited ${patienceMs / 1_000} s for ${what}`);
      await this.pass(lookAgainMs);
    }
  }

  /** Registers no more, lets the services finish what there is, for as long as they get on with it, and asks all what they have. */
  async finish(): Promise<ServicesEvidence> {
    const { system, postgres, kafka, begun, ended } = this.#parts;
    this.#over.abort();
    const load = await this.#load;
    if (!load) throw new Error('nobody has registered');
    await this.allUp();
    await this.#settled();
    const gone = this.services.filter((name) => this.process(name).pid === undefined);
    for (const name of consumers) await this.process(name).stop();
    const { records, earlier } = await readEvents(kafka, begun);
    const stub = createStubApisClient(system.url('stub-apis'));
    return {
      load,
      users: await storedUsers(postgres.url),
      appended: await appendedEvents(postgres.url),
      records,
      apis: await Promise.all(apis.map((api) => readApi(stub, api, earlier))),
      ended: [...ended, ...gone.map((name) => `${name} is gone in the end`)],
      inZombiesHand: this.inZombiesHand,
    };
  }

  /** Ends all processes of this world, whatever they are doing. */
  async close(): Promise<void> {
    const { system, postgres, balancer, proxies } = this.#parts;
    this.#over.abort();
    await Promise.all(this.services.map((name) => this.process(name).kill('SIGKILL')));
    await Promise.allSettled(this.#coming.values());
    await system.stop();
    await postgres.close();
    balancer.close();
    for (const proxy of proxies.values()) proxy.close();
  }

  /** When all is published and has its effects, or nothing has come of it for a minute: that is for the verdict. */
  async #settled(): Promise<void> {
    let seen = '';
    for (let giveUpAt = Infinity; performance.now() < giveUpAt; await this.pass(askAgainMs)) {
      const [missing, state] = await this.#missing();
      if (missing === 0) return;
      if (state !== seen) giveUpAt = performance.now() + patienceMs;
      seen = state;
    }
  }

  async #missing(): Promise<readonly [number, string]> {
    const { system, postgres } = this.#parts;
    const [waiting, appended, stats] = await Promise.all([
      unpublished(postgres.url),
      appendedEvents(postgres.url),
      createStubApisClient(system.url('stub-apis')).stats(),
    ]);
    const due = apis.map(({ api, hears }) => {
      const wanted = appended.filter(({ type }) => hears.includes(type)).length;
      return wanted - (stats[api]?.effects ?? 0);
    });
    const missing = [waiting, ...due.map((each) => Math.max(0, each))];
    return [missing.reduce((sum, each) => sum + each, 0), missing.join()];
  }
}
