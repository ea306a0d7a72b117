import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '@millrace/telemetry';
import { ApiListener } from './api-listener.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Counts } from './counter-table.ts';
import type { Effect, EffectTotals } from './effect-table.ts';
import { type Fault, noFault } from './fault.ts';
import { StubApi } from './stub-api.ts';
import type { ApiWatch } from './seen-call.ts';
import { StubMemory } from './stub-memory.ts';

export interface StubApiSetOptions {
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** APIs with a port of their own, by name; port 0 takes any free one. */
  readonly apiPorts: Readonly<Record<string, number>>;
  /** SQLite file that outlives the process, or `:memory:`. */
  readonly file: string;
  /** @default nothing is logged */
  readonly log?: Pick<Logger, 'info' | 'error'>;
  /** @default real time */
  readonly clock?: Clock;
  /** Uniform in [0, 1). @default Math.random */
  readonly random?: () => number;
  /** Above Kafka's usual record limit, so that a record fits into a call. @default 2 MiB */
  readonly bodyLimitBytes?: number;
  /** How long `stop` waits for calls at work before it cuts them off. @default 5000 */
  readonly drainMs?: number;
  /** Hears of each call, when it comes, takes effect, and is answered. @default nobody */
  readonly watch?: ApiWatch;
}

const nobody: ApiWatch = () => undefined;

/** What one API has seen since the last reset, restarts included; `inFlight` is of now. */
export interface ApiStats extends Counts, EffectTotals {
  readonly inFlight: number;
}

/**
 * Any number of stub APIs by name: those with a port of their own, and every other from the moment that it is named.
 * Effects, kept results and counts survive kill -9 of the process; faults do not survive a restart.
 */
export class StubApiSet {
  readonly name = 'stub-apis';
  readonly #options: StubApiSetOptions;
  readonly #memory: StubMemory;
  readonly #apis = new Map<string, StubApi>();
  readonly #listeners = new Map<string, ApiListener>();
  #stopped: Promise<void> | undefined;

  /** Opens the file; throws `DATABASE_UNAVAILABLE` if that cannot be done. */
  constructor(options: StubApiSetOptions) {
    this.#options = options;
    this.#memory = new StubMemory(options.file);
    for (const [api, port] of Object.entries(options.apiPorts)) this.#listeners.set(api, this.#listener(api, port));
  }

  /** Resolves when every API with a port listens; rejects with `CONFIG_INVALID` if a port is taken. */
  async start(): Promise<void> {
    await Promise.all([...this.#listeners.values()].map((listener) => listener.open()));
  }

  /** Takes no new connections, ends hanging calls, lets the others finish for `drainMs`, and closes the file. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** Where an API with a port of its own listens. */
  ownUrl(api: string): string | undefined {
    return this.#listeners.get(api)?.url;
  }

  fault(api: string): Fault {
    return this.#apis.get(api)?.fault ?? noFault;
  }

  /** Resolves when the fault is in force: a refusing API's port is closed by then, any other's open. */
  async setFault(api: string, fault: Fault): Promise<void> {
    this.#api(api).setFault(fault);
    const listener = this.#listeners.get(api);
    await (fault.mode === 'refuse' ? listener?.close() : listener?.open());
    this.#options.log?.info({ api, fault }, 'fault set');
  }

  /** Of every API that has a port, was called, or was given a fault. */
  stats(): Readonly<Record<string, ApiStats>> {
    const names = new Set([...this.#listeners.keys(), ...this.#memory.apis, ...this.#apis.keys()]);
    const entries = [...names].map((api): [string, ApiStats] => [
      api,
      { ...this.#memory.read(api), inFlight: this.#apis.get(api)?.inFlight ?? 0 },
    ]);
    return Object.fromEntries(entries);
  }

  /** What an API did, in the order in which it did it, page by page; only one order key's where that is given. */
  effects(api: string, orderKey?: string): Iterable<readonly Effect[]> {
    return this.#memory.effects(api, orderKey);
  }

  /** Forgets counts, effects and kept results, so that a repeat from before is new. Faults and calls in flight stay. */
  async reset(): Promise<void> {
    await this.#memory.reset();
    this.#options.log?.info('reset');
  }

  /** Takes over a POST to the API at `path`. */
  handle(api: string, request: IncomingMessage, response: ServerResponse, path: string): void {
    this.#api(api).handle(request, response, path);
  }

  #api(name: string): StubApi {
    const { clock = systemClock, random = Math.random, bodyLimitBytes = 2 * 1024 * 1024 } = this.#options;
    const { log, watch = nobody } = this.#options;
    const options = { name, memory: this.#memory, clock, random, bodyLimitBytes, log, watch };
    const api = this.#apis.get(name) ?? new StubApi(options);
    this.#apis.set(name, api);
    return api;
  }

  #listener(api: string, port: number): ApiListener {
    const { host = '127.0.0.1' } = this.#options;
    const onRequest = (request: IncomingMessage, response: ServerResponse) =>
      this.handle(api, request, response, (request.url ?? '/').split('?', 1)[0] ?? '/');
    return new ApiListener({ api, host, port, onRequest });
  }

  async #stop(): Promise<void> {
    const { clock = systemClock, drainMs = 5_000 } = this.#options;
    const apis = [...this.#apis.values()];
    for (const api of apis) api.endHanging();
    const drained = Promise.race([Promise.all(apis.map((api) => api.idle())), clock.wait(drainMs)]);
    const closed = Promise.all([...this.#listeners.values()].map((listener) => listener.close(drained)));
    await drained;
    for (const api of this.#apis.values()) api.abandon();
    await closed;
    this.#memory.close();
  }
}
