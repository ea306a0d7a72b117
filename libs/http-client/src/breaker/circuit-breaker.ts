import type { BreakerState, Clock, TargetGate, TargetState } from '@millrace/messaging';
import { type CallOutcome, failures } from '../classification.ts';
import { type BreakerOptions, defaultBreakerOptions } from './breaker-options.ts';
import { type BadCalls, type CallResult, CallWindow } from './call-window.ts';
import { type Evidence, FailedKeys } from './failed-keys.ts';

/** Why a breaker opened, in the words of metrics. */
export type BreakerReason = 'failures' | 'refused' | 'rejections';

/** What a breaker tells those who watch it. */
export interface BreakerListener {
  opened(reason: BreakerReason, why: string, probeInMs: number): void;
  /** Calls go through again, after `ms`. */
  closed(ms: number): void;
}

export interface CircuitBreakerOptions {
  readonly options: BreakerOptions;
  readonly clock: Clock;
  /** At so many calls side by side the API has shown that it bears all. */
  readonly fullFlow: number;
  readonly listener: BreakerListener;
}

/** A call that has ended. */
export interface EndedCall {
  /** When it began. */
  readonly mark: number;
  readonly outcome: CallOutcome;
  readonly status: number | undefined;
  /** Whose call it was: failures of one key are one. */
  readonly key: string | undefined;
}

/** Set while it is not closed. */
interface Opening {
  readonly reason: BreakerReason;
  readonly why: string;
  /** When it opened first. */
  readonly sinceMark: number;
  /** From here on it is half-open. */
  readonly probeMark: number;
  readonly probeAfterMs: number;
  /** Calls that were underway when the first probe began. */
  stale: number;
  /** Calls since then that are underway, that went well, and that did not. */
  probing: number;
  well: number;
  badly: number;
}

/**
 * A circuit breaker (https://martinfowler.com/bliki/CircuitBreaker.html) that is asked before an attempt is spent, instead of
 * failing it. It opens when most of the last calls failed, at once when the API refuses us (401, 403), and when it rejects most
 * of what it gets. Then one call at a time probes, later and later; once one has gone well, each that does lets one more go
 * beside it, so that an API that has just come back gets a ramp, not a burst.
 */
export class CircuitBreaker implements TargetGate {
  readonly #options: Required<BreakerOptions>;
  readonly #clock: Clock;
  readonly #fullFlow: number;
  readonly #listener: BreakerListener;
  readonly #window: CallWindow;
  readonly #failedKeys = new FailedKeys();
  #running = 0;
  #opening: Opening | undefined;
  #heldBackMs = 0;
  /** From here on it has been closed for a while. */
  #steadyMark = 0;

  constructor({ options, clock, fullFlow, listener }: CircuitBreakerOptions) {
    this.#options = { ...defaultBreakerOptions, ...options };
    this.#clock = clock;
    this.#fullFlow = fullFlow;
    this.#listener = listener;
    this.#window = new CallWindow(this.#options);
  }

  closedForMs(): number | undefined {
    const opening = this.#opening;
    if (!opening) return undefined;
    const untilProbeMs = opening.probeMark - this.#clock.mark();
    if (untilProbeMs > 0) return untilProbeMs;
    return opening.probing <= opening.well ? undefined : this.#options.maxProbeAfterMs;
  }

  /** For a while after it has closed, too: what failed while it opened may still be next in line. */
  isProbing(): boolean {
    return this.#opening !== undefined || (this.#steadyMark > 0 && this.#clock.mark() < this.#steadyMark);
  }

  turnStarted(): void {
    const opening = this.#opening;
    if (opening && opening.probing === 0 && opening.well === 0) opening.stale = this.#running;
    this.#running++;
    if (opening) opening.probing++;
  }

  turnEnded(): void {
    this.#running--;
    const opening = this.#opening;
    if (!opening) return;
    if (opening.stale > 0) opening.stale--;
    else if (opening.probing > 0) opening.probing--;
  }

  heldBackMs(): number {
    return this.#heldBackMs + (this.#opening ? this.#clock.mark() - this.#opening.sinceMark : 0);
  }

  get breaker(): BreakerState {
    if (!this.#opening) return 'closed';
    return this.#clock.mark() < this.#opening.probeMark ? 'open' : 'half-open';
  }

  state(): TargetState {
    return { closedForMs: this.closedForMs(), breaker: this.breaker, why: this.#opening?.why };
  }

  /** Learns from a call. Returns whether the target is at fault for its failure, not the record. */
  ended(call: EndedCall): boolean {
    const meaning = call.outcome === 'ok' ? 'a success' : failures[call.outcome].breaker;
    if (meaning === 'nothing') return false;
    if (meaning === 'opens it') return this.#refused(call);
    const result = resultOf[meaning];
    const opening = this.#opening;
    if (!opening) this.#heard(result, call);
    else if (call.mark >= opening.probeMark) this.#probed(opening, result, this.#evidenceOf(result, call));
    return result === 'rejection' && this.#opening?.reason === 'rejections';
  }

  #refused({ mark, status }: EndedCall): true {
    const opening = this.#opening;
    if (!opening) this.#open('refused', `it answered ${status}: our credentials are wrong, revoked or not enough`);
    else if (mark >= opening.probeMark) this.#openAgain(opening);
    return true;
  }

  #heard(result: CallResult, call: EndedCall): void {
    const evidence = this.#evidenceOf(result, call);
    if (evidence === 'its own') return;
    this.#judge(this.#window.add({ result, evidence, key: call.key }, this.#clock.mark()), call);
  }

  #evidenceOf(result: CallResult, { key }: EndedCall): Evidence {
    if (result !== 'success') return this.#failedKeys.failed(key);
    this.#failedKeys.succeeded(key);
    return 'new';
  }

  #judge(verdict: BadCalls | undefined, { outcome, status }: EndedCall): void {
    if (!verdict) return;
    const { result, bad, of } = verdict;
    const last = status === undefined ? outcome : `${status}`;
    if (result === 'failure') this.#open('failures', `${bad} of its last ${of} calls failed, the last with ${last}`);
    else this.#open('rejections', `it rejected ${bad} of its last ${of} calls, the last with ${last}`);
  }

  /** A rejection is an answer: where none was missed, it says that the API is back. */
  #probed(opening: Opening, result: CallResult, evidence: Evidence): void {
    const isWell = result === 'success' || (result === 'rejection' && opening.reason !== 'rejections');
    if (isWell) opening.well++;
    else if (evidence !== 'its own' || opening.well === 0) opening.badly++;
    if (opening.badly > opening.well) this.#openAgain(opening);
    else if (isWell && this.#isThrough(opening)) this.#close(opening);
  }

  #isThrough({ well, probeMark }: Opening): boolean {
    return well >= this.#fullFlow || this.#clock.mark() - probeMark >= this.#options.windowMs;
  }

  #open(reason: BreakerReason, why: string): void {
    const { probeAfterMs } = this.#options;
    this.#window.clear();
    this.#begin({ reason, why, sinceMark: this.#clock.mark(), probeAfterMs });
    this.#listener.opened(reason, why, probeAfterMs);
  }

  #openAgain({ reason, why, sinceMark, probeAfterMs }: Opening): void {
    const { maxProbeAfterMs } = this.#options;
    this.#begin({ reason, why, sinceMark, probeAfterMs: Math.min(2 * probeAfterMs, maxProbeAfterMs) });
  }

  #begin(opening: Pick<Opening, 'reason' | 'why' | 'sinceMark' | 'probeAfterMs'>): void {
    const probeMark = this.#clock.mark() + opening.probeAfterMs;
    this.#opening = { ...opening, probeMark, stale: 0, probing: 0, well: 0, badly: 0 };
  }

  #close({ sinceMark }: Opening): void {
    const mark = this.#clock.mark();
    const ms = mark - sinceMark;
    this.#steadyMark = mark + this.#options.maxProbeAfterMs;
    this.#heldBackMs += ms;
    this.#opening = undefined;
    this.#listener.closed(ms);
  }
}

const resultOf = { 'a success': 'success', 'a failure': 'failure', 'a rejection': 'rejection' } as const;
