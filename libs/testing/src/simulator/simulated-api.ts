import { type Clock, type HandlerContext, ServiceError } from '@millrace/messaging';
import type { MemberProcess } from '../in-memory-broker/member-process.ts';
import { type ApiTrouble, ApiVerdicts, type ApiVerdict } from './api-verdict.ts';
import type { Emit } from './emit.ts';
import { draw } from './draw.ts';
import type { ApiPlan } from './scenario.ts';

export interface SimulatedApiOptions {
  readonly plan: ApiPlan;
  readonly seed: number;
  readonly clock: Clock;
  readonly emit: Emit;
}

/** One call: what is asked, and with whom. */
export interface ApiCall {
  readonly caller: MemberProcess;
  readonly id: string;
  readonly key: string | null;
  readonly context: Pick<HandlerContext, 'attempt' | 'idempotencyKey' | 'signal'>;
}

/** The API that handlers call. It acts once per idempotency key, however often it is called. */
export class SimulatedApi {
  readonly #options: SimulatedApiOptions;
  readonly #verdicts: ApiVerdicts;
  readonly #calls = new Map<string, number>();
  readonly #acted = new Set<string>();
  #count = 0;
  #calm = false;
  #trouble: { readonly how: ApiTrouble; readonly untilMs: number } | undefined;

  constructor(options: SimulatedApiOptions) {
    this.#options = options;
    this.#verdicts = new ApiVerdicts(options.plan, options.seed);
  }

  /** How many calls there have been. */
  get calls(): number {
    return this.#count;
  }

  /** From now on it accepts what it does not reject. */
  calm(): void {
    this.#calm = true;
    this.#trouble = undefined;
  }

  /** Does nothing for anybody for a while. */
  fail(how: ApiTrouble, forMs: number): void {
    this.#trouble = { how, untilMs: this.#options.clock.mark() + forMs };
  }

  /** Settles as a handler's call of an API does. */
  call(request: ApiCall): Promise<void> {
    return this.#begin(request, this.#verdictOf(request));
  }

  /** Settles as a handler's call with many events does: all are answered with the slowest, each with a result of its own. */
  callAll(requests: readonly ApiCall[]): Promise<readonly PromiseSettledResult<void>[]> {
    const drawn = requests.map((request) => ({ request, verdict: this.#verdictOf(request) }));
    const answersAfterMs = Math.max(...drawn.map(({ verdict }) => verdict.answersAfterMs));
    return Promise.allSettled(
      drawn.map(({ request, verdict }) => this.#begin(request, { ...verdict, answersAfterMs })),
    );
  }

  #verdictOf({ id, key }: ApiCall): ApiVerdict {
    const earlier = this.#calls.get(id) ?? 0;
    return this.#verdicts.of({ id, key, earlier }, this.#calm, this.#troubleNow);
  }

  #begin(request: ApiCall, verdict: ApiVerdict): Promise<void> {
    const { caller, id, context } = request;
    // A process that has crashed, maybe with the call before, runs on in ours until its next wait; none of it is real.
    if (!caller.alive) return new Promise(() => undefined);
    const { attempt, idempotencyKey } = context;
    const call = ++this.#count;
    this.#calls.set(id, (this.#calls.get(id) ?? 0) + 1);
    this.#options.emit({ kind: 'call-started', call, member: caller.name, id, attempt, idempotencyKey });
    return this.#answer(call, request, verdict);
  }

  get #troubleNow(): ApiTrouble | undefined {
    const { how, untilMs = 0 } = this.#trouble ?? {};
    return this.#options.clock.mark() < untilMs ? how : undefined;
  }

  #answer(call: number, { caller, context, id }: ApiCall, verdict: ApiVerdict): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const { clock, emit, seed, plan } = this.#options;
    const takeBackEffect = this.#actLater(call, context.idempotencyKey, verdict);
    let open = true;
    const end = (error: ServiceError | undefined, cutOff: boolean): void => {
      if (!open || !caller.alive) return;
      open = false;
      emit({ kind: 'call-ended', call, result: cutOff ? 'cut-off' : error ? 'failed' : 'accepted' });
      if (error) reject(error);
      else resolve();
    };
    const takeBackAnswer = clock.after(verdict.answersAfterMs, () =>
      caller.deliver(() => end(errorOf(verdict), false)),
    );
    const { signal } = context;
    const abort = (): void => {
      if (!open || !caller.alive) return;
      emit({ kind: 'call-aborted', call });
      if (plan.onAbort === 'goes-on') return;
      end(new ServiceError('CALL_ABORTED', 'the request was cut off', { cause: signal.reason }), true);
      takeBackAnswer();
      // What has reached the API it does all the same.
      if (draw(seed, `reached ${id} ${call}`) < 0.5) takeBackEffect();
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    return promise;
  }

  #actLater(call: number, idempotencyKey: string, { kind, actsAfterMs }: ApiVerdict): () => void {
    if (kind !== 'accepts' && kind !== 'unanswered') return () => undefined;
    return this.#options.clock.after(actsAfterMs, () => {
      if (this.#acted.has(idempotencyKey)) return;
      this.#acted.add(idempotencyKey);
      this.#options.emit({ kind: 'effect', call });
    });
  }
}

function errorOf({ kind }: ApiVerdict): ServiceError | undefined {
  if (kind === 'accepts') return undefined;
  if (kind === 'rejects') return new ServiceError('API_REJECTED', 'the API answered 422', { status: 422 });
  if (kind === 'refuses')
    return new ServiceError('API_REFUSED', 'the API answered 401', { status: 401, targetAtFault: true });
  if (kind === 'fails') return new ServiceError('API_UNAVAILABLE', 'the API answered 503', { status: 503 });
  return new ServiceError('API_UNREACHABLE', 'the connection broke');
}
