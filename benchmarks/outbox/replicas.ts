import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '@millrace/launcher';
import { type Child, startChild } from '../support/start-child.ts';

const script = new URL('../../apps/user-service/src/run-replica.ts', import.meta.url).pathname;

export interface ReplicasOptions {
  readonly count: number;
  readonly brokers: readonly string[];
  readonly databaseUrl: string;
  readonly outbox: 'shards' | 'none';
}

/** Processes of user-service, each at an address of its own that outlives it. */
export class Replicas {
  readonly #options: ReplicasOptions;
  readonly #ports: number[] = [];
  readonly #children = new Map<number, Child>();
  #kills = 0;
  #next = 0;

  constructor(options: ReplicasOptions) {
    this.#options = options;
  }

  get kills(): number {
    return this.#kills;
  }

  async start(): Promise<void> {
    for (let at = 0; at < this.#options.count; at += 1) this.#ports.push(await freePort());
    await Promise.all(this.#ports.map((port) => this.#start(port)));
  }

  /** As a load balancer that has no health checks: one after the other. */
  next(): string {
    const port = this.#ports[this.#next++ % this.#ports.length];
    return `http://127.0.0.1:${port}`;
  }

  /** Kills one after the other with -9, each of which is started again at once, until `signal` is aborted. */
  async killUntil(signal: AbortSignal, everyMs: number): Promise<void> {
    for (let turn = 0; ; turn += 1) {
      await delay(everyMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const port = this.#ports[turn % this.#ports.length] ?? 0;
      await this.#children.get(port)?.kill();
      this.#kills += 1;
      await this.#start(port);
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#children.values()].map((child) => child.stop()));
  }

  async #start(port: number): Promise<void> {
    const { brokers, databaseUrl, outbox } = this.#options;
    const env = {
      PORT: String(port),
      KAFKA_BROKERS: brokers.join(),
      DATABASE_URL: databaseUrl,
      IDEMPOTENCY_SECRET: 'of the benchmark, the same in all of its processes',
      LOG_LEVEL: 'error',
      OUTBOX: outbox,
    };
    const args = ['--disable-warning=TimeoutNegativeWarning', script];
    this.#children.set(port, await startChild({ command: process.execPath, args, env, readyLine: 'ready' }));
  }
}
