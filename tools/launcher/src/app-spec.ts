import type { Environment } from './environment.ts';
import type { PortSpec } from './ports.ts';

/** What an app's environment is made of. */
export interface SystemFacts {
  readonly dataDir: string;
  /** Kafka's `host:port[,host:port]`; only for an app that needs `kafka`. */
  readonly brokers: string;
  /** The port behind a variable of the table. */
  port(variable: string): number;
  /** The bearer token for an API, made once per data directory. */
  token(api: string): string;
}

/** An API that a consumer app calls. */
export interface ApiSpec {
  readonly name: string;
  /** Where stub-apis stands in for it. */
  url(port: SystemFacts['port']): string;
}

/** One app as the launcher sees it. */
export interface AppSpec {
  readonly name: string;
  /** The file that Node runs, from the root folder. */
  readonly main: string;
  /** `once`: it does its work and exits with 0; `on`: it stays, and is ready when GET /readyz on its first port says 200. */
  readonly runs: 'once' | 'on';
  /** What must be ready (an app that runs once: done) before: `kafka` and apps above it in the table. It stops before these. */
  readonly needs: readonly string[];
  /** Where it listens. */
  readonly ports: readonly PortSpec[];
  /** The API that it tells of events; only for a consumer app. */
  readonly api?: ApiSpec;
  env(facts: SystemFacts): Environment;
}
