import { randomUUID } from 'node:crypto';
import { attributeNames, meter, metricNames } from '@millrace/telemetry';
import type { Counter } from '@opentelemetry/api';
import type { Claim, IdempotencyStore } from '../ports/idempotency-store.ts';
import type { OnceSettings } from './once-options.ts';
import { ServiceError } from '../errors/service-error.ts';

/** What a call has come to that this process made, where the store could not be told. */
export interface Called {
  readonly result: unknown;
}

/** One call's claim, and whether that call is to be made, or why it is not. */
export interface KeyClaim {
  readonly key: string;
  readonly token: string;
  readonly clearance: 'call' | 'done-before' | Called | ServiceError;
}

export interface FailedCalls {
  /** What is to be thrown. */
  readonly failure: unknown;
  readonly mayRepeat: boolean;
}

/** What this process knows of a claim and the store maybe does not. */
type LeftClaim = Pick<KeyClaim, 'token'> & { readonly called?: Called };

/** How many are remembered of those; one that is forgotten is as after a crash. */
const mostLeft = 10_000;
/** How long to wait, at most, before it is asked again whether another is done. */
const askAgainMs = 1_000;

/** The claims of one handler's calls. */
export class KeyClaims {
  readonly #store: IdempotencyStore;
  readonly #settings: OnceSettings;
  /** Of which nothing is underway. */
  readonly #left = new Map<string, LeftClaim>();
  #counter: Counter | undefined;

  constructor(store: IdempotencyStore, settings: OnceSettings) {
    this.#store = store;
    this.#settings = settings;
  }

  /** One claim per key, in order; keys are distinct. Never rejects. */
  async claim(keys: readonly string[]): Promise<readonly KeyClaim[]> {
    const taken = keys.map((key) => this.#takeLeft(key));
    const asked = taken.filter(({ called }) => !called);
    const answers = asked.length > 0 ? await this.#ask(asked) : [];
    let next = 0;
    return taken.map(({ key, token, called }) => {
      const clearance = called ?? this.#clearance({ key, token }, answers[next++]);
      return { key, token, clearance };
    });
  }

  /**
   * These calls have been made. Resolves to what kept the store from hearing of it: then they are not made again by this process,
   * and the store is told when they are claimed next.
   */
  async complete(claims: readonly KeyClaim[], resultOf: (claim: KeyClaim) => unknown) {
    const keys = claims.map(({ key }) => key);
    const failure = await failureOf(() => this.#store.complete(keys, this.#settings.ttlMs));
    if (failure) for (const claim of claims) this.#leave(claim, { result: resultOf(claim) });
    return failure;
  }

  /** These calls have failed: their claims go, or stay until they lapse, as the failure says. */
  async failed(claims: readonly KeyClaim[], error: unknown): Promise<FailedCalls> {
    const isUndone = error instanceof ServiceError && error.notActedOn;
    const isFinal = error instanceof ServiceError && !error.retryable;
    const mayRepeat = isUndone || (this.#settings.uncertain === 'call-again' && !isFinal);
    if (mayRepeat) await this.release(claims);
    return { failure: mayRepeat ? error : uncertain(error), mayRepeat };
  }

  /** These calls were not made. Where the store does not hear of it, this process may claim them again all the same. */
  async release(claims: readonly KeyClaim[]): Promise<void> {
    const failure = await failureOf(() => this.#store.release(claims.map(({ key, token }) => ({ key, token }))));
    if (failure) for (const claim of claims) this.#leave(claim);
  }

  #takeLeft(key: string): LeftClaim & Pick<KeyClaim, 'key'> {
    const left = this.#left.get(key);
    this.#left.delete(key);
    return { key, token: randomUUID(), ...left };
  }

  #leave({ key, token }: Pick<KeyClaim, 'key' | 'token'>, called?: Called): void {
    const [oldest] = this.#left.keys();
    if (this.#left.size >= mostLeft && oldest !== undefined) this.#left.delete(oldest);
    this.#left.set(key, { token, ...(called && { called }) });
  }

  async #ask(claims: readonly Pick<KeyClaim, 'key' | 'token'>[]): Promise<readonly (Claim | ServiceError)[]> {
    const { uncertain: mode, leaseMs, ttlMs } = this.#settings;
    const lapsed = mode === 'call-again' ? 'take' : 'tell';
    try {
      return await this.#store.claim(claims.map(({ key, token }) => ({ key, token, leaseMs, ttlMs, lapsed })));
    } catch (error) {
      const failure = unavailable(error);
      return claims.map(() => failure);
    }
  }

  #clearance(
    claim: Pick<KeyClaim, 'key' | 'token'>,
    answer: Claim | ServiceError = unavailable(new Error('it said nothing about a key')),
  ): KeyClaim['clearance'] {
    if (answer instanceof ServiceError) {
      // It may have taken the claim and failed to say so.
      this.#leave(claim);
      return answer;
    }
    this.#count(answer);
    if (answer.state === 'fresh') return 'call';
    if (answer.state === 'done') return 'done-before';
    return answer.state === 'held' ? held(answer.forMs) : lapsed();
  }

  #count({ state }: Claim): void {
    this.#counter ??= meter().createCounter(metricNames.idempotencyClaims, {
      description: 'Calls that are to be made once, by what the idempotency store knew of them.',
    });
    this.#counter.add(1, { [attributeNames.outcome]: state });
  }
}

/** What went wrong, undefined where nothing did. */
async function failureOf(work: () => Promise<void>): Promise<ServiceError | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return unavailable(error);
  }
}

/** No record is to blame for it, and none is given up on for it. */
function unavailable(cause: unknown): ServiceError {
  const { code, message } = ServiceError.from(cause);
  const what = `the idempotency store has failed: ${message}`;
  return new ServiceError(code, what, { cause, retryable: true, targetAtFault: true, notActedOn: true });
}

function held(forMs: number): ServiceError {
  const options = { retryAfterMs: Math.min(forMs, askAgainMs), targetAtFault: true, notActedOn: true };
  const what = `another call has claimed it, and has ${Math.ceil(forMs)} ms left to complete it`;
  return new ServiceError('CALL_CLAIMED', what, options);
}

function lapsed(): ServiceError {
  const what = 'an earlier call has claimed it and did not say how it ended: it may have been acted on';
  return new ServiceError('CALL_UNCERTAIN', what);
}

/** What an API client says of a call that may not be repeated stands; else it is said here. */
function uncertain(failure: unknown): ServiceError {
  if (failure instanceof ServiceError && !failure.retryable) return failure;
  const { code, message, status } = ServiceError.from(failure);
  // The message of a foreign error may quote personal data.
  const what = failure instanceof ServiceError ? `${code}: ${message}` : 'the handler threw what nobody foresaw';
  return new ServiceError('CALL_UNCERTAIN', `${what}; it may have been acted on, and is not repeated`, {
    cause: failure,
    ...(status !== undefined && { status }),
  });
}
