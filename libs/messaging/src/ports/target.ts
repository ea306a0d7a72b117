import type { GroupQuota } from './group-quota.ts';

/** What may keep attempts from starting. */
export interface TurnGate {
  /** Asked when an attempt would start, before it is spent: undefined when it may start now, else the ms after which to ask again. */
  closedForMs(): number | undefined;
  /** An attempt starts, which may call the API; it was asked just before, in the same tick. */
  turnStarted(): void;
  turnEnded(): void;
}

/** What keeps attempts from starting at one or more APIs. */
export interface TargetGate extends TurnGate {
  /**
   * Whether the turns that start are there to find out how an API is. Records that lie beside each other may be alike: what is
   * best called then is any that is ready, rather than the next in line.
   */
  isProbing(): boolean;
}

/** As in the literature: calls go through; none does; as many as the API has shown that it bears. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** How a target is, for people and alerts. */
export interface TargetState {
  /** As {@link TurnGate.closedForMs}. */
  readonly closedForMs: number | undefined;
  readonly breaker: BreakerState;
  /** Why calls are held back or slowed down; undefined while nothing is. */
  readonly why: string | undefined;
}

/**
 * One API as the consumer sees it. It makes one attempt per call; only the consumer retries. Implemented by
 * libs/http-client, which adds base URL, timeouts, credentials, the classification of answers, and the circuit breaker. While
 * that is open nothing is called, and no attempt counts.
 */
export interface Target extends TargetGate {
  /** Stable name, used in metrics, spans and logs: `notification`. */
  readonly name: string;
  /**
   * For how long the API honours an idempotency key, from the first call with it; 0 where it takes none, undefined where that is
   * not known.
   */
  readonly keyTtlMs?: number | undefined;
  /** For how many ms in all the breaker has not been closed, or the API wanted no calls (429); no record answers for that time. */
  heldBackMs(): number;
  state(): TargetState;
  /** Set where the whole group has a quota there. */
  readonly quota?: GroupQuota | undefined;
  /** Closes its connections; calls still running are cut off. */
  stop(): Promise<void>;
}
