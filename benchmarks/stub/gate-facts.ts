import type { CallCounts } from './call-check.ts';
import type { Latency } from './latency.ts';

/** How a gate treats the calls that come from now on. */
export interface Behaviour {
  readonly latency: Latency;
  /** Nothing is answered until it behaves otherwise, or a minute is over: who calls stands still, and stays warm. */
  readonly held?: boolean;
  /** The key whose calls get no answer. */
  readonly stuckKey?: number;
  /** Whether it remembers when each key was first called. */
  readonly remembers?: boolean;
  /** Where records have so many keys in turn: it remembers when each record was first called, by its number. */
  readonly keys?: number;
  /** Whether not all records are called for: some become dead letters. @default false */
  readonly leftOut?: boolean;
  /** @default all goes well */
  readonly trouble?: Trouble;
}

/** What goes wrong with calls: they have no effect then. */
export interface Trouble {
  /** Of the answer. @default 503 */
  readonly status?: number;
  /** The share of calls that are answered so. @default 0 */
  readonly failing?: number;
  /** The share of calls that are not answered at all. @default 0 */
  readonly hanging?: number;
  /** Keys below this one are always answered so, and are not looked at otherwise. @default 0 */
  readonly failingKeys?: number;
}

export interface GateFacts extends CallCounts {
  /** Requests without an id that can be read; answered 400. */
  readonly refused: number;
  /** Calls that had {@link Trouble}. */
  readonly troubled: number;
  /** When these figures were taken, in ms of the stub's own clock, which does not jump. */
  readonly atMs: number;
}

/** Of a TLS server, as PEM. */
export interface KeyAndCertificate {
  readonly key: string;
  readonly cert: string;
}

/** What the stub's control port is asked for. */
export interface OpenGate {
  readonly behaviour: Behaviour;
  readonly certificate?: KeyAndCertificate;
}
