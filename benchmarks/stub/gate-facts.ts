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
}

export interface GateFacts extends CallCounts {
  /** Requests without an id that can be read; answered 400. */
  readonly refused: number;
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
