import { ServiceError } from '../errors/service-error.ts';
import type { BeginStep, StepContext } from './subscription.ts';

/** How a step has ended for good. */
export type EndedStep = { readonly result: unknown } | { readonly rejection: ServiceError };

/** By name, what has ended of the work for one record. */
export type EndedSteps = Map<string, EndedStep>;

/** The steps that are underway, to be aborted by whoever has their promise. */
const controllers = new WeakMap<Promise<unknown>, AbortController>();

/** The steps of one attempt. */
export class Steps {
  readonly #handler: string;
  readonly #context: StepContext;
  readonly #ended: EndedSteps;
  readonly #begun = new Map<string, Promise<unknown>>();
  readonly #running = new Set<string>();

  /** `handler`: whose they are, for messages. `ended`: by earlier attempts, and by this one. */
  constructor(handler: string, context: StepContext, ended: EndedSteps) {
    this.#handler = handler;
    this.#context = context;
    this.#ended = ended;
  }

  readonly begin: BeginStep = (name, work) => {
    if (this.#begun.has(name)) throw this.#misused(`has two steps called ${name}`);
    const promise = this.#promise(name, work);
    this.#begun.set(name, promise);
    // Whoever awaits it hears of its failure; that nobody does must not end the process.
    promise.catch(() => undefined);
    return promise;
  };

  /** To be called when the handler has ended: cuts off what it left behind, and resolves when nothing of that runs. */
  async end(): Promise<ServiceError | undefined> {
    const [left] = this.#running;
    if (left === undefined) return undefined;
    const misused = this.#misused(`ended before its step ${left}: await it, or all of its steps by all or allSettled`);
    for (const name of this.#running) abort(this.#begun.get(name), misused);
    await Promise.allSettled(this.#begun.values());
    return misused;
  }

  #promise<Result>(name: string, work: (call: StepContext) => Promise<Result>): Promise<Result> {
    const ended = this.#ended.get(name);
    if (!ended) return this.#run(name, work);
    return 'rejection' in ended ? Promise.reject(ended.rejection) : Promise.resolve(ended.result as Result);
  }

  #run<Result>(name: string, work: (call: StepContext) => Promise<Result>): Promise<Result> {
    const whole = this.#context;
    const { signal, attempt, idempotencyKey, order, replays, log } = whole;
    const controller = new AbortController();
    const cutOff = () => controller.abort(signal.reason);
    if (signal.aborted) cutOff();
    else signal.addEventListener('abort', cutOff, { once: true });
    const key = `${idempotencyKey}:${name}`;
    const call = {
      get signal() {
        if (whole.signal.aborted) cutOff();
        return controller.signal;
      },
      attempt,
      idempotencyKey: key,
      order,
      replays,
      log,
    };
    const promise = this.#settle(name, () => work(call)).finally(() => signal.removeEventListener('abort', cutOff));
    controllers.set(promise, controller);
    return promise;
  }

  async #settle<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    this.#running.add(name);
    try {
      const result = await work();
      this.#ended.set(name, { result });
      return result;
    } catch (error) {
      if (isRejection(error)) this.#ended.set(name, { rejection: error });
      throw error;
    } finally {
      this.#running.delete(name);
    }
  }

  #misused(what: string): ServiceError {
    return new ServiceError('UNEXPECTED', `the handler of ${this.#handler} ${what}`);
  }
}

type Results<All extends readonly Promise<unknown>[]> = { -readonly [Index in keyof All]: Awaited<All[Index]> };

/**
 * The results of steps that run at the same time. The first failure aborts the others, and is thrown when all have ended; but
 * a rejection is thrown rather than what may go well later: the record is given up on. What is done stays done.
 */
export async function all<const Steps extends readonly Promise<unknown>[]>(steps: Steps): Promise<Results<Steps>> {
  const failures: unknown[] = [];
  const failed = (error: unknown) => {
    failures.push(error);
    const stopped = new ServiceError('CALL_ABORTED', 'the call was cut off, since another step has failed');
    for (const step of steps) abort(step, stopped);
  };
  for (const step of steps) step.catch(failed);
  const settled = await Promise.allSettled(steps);
  if (failures.length > 0) throw failures.find(isRejection) ?? failures[0];
  return resultsOf<Steps>(settled);
}

/**
 * The results of steps that run at the same time, none of which is aborted for another's failure. While one of those that
 * failed may go well later, its failure is thrown, and the record is tried again; once only rejections are left, it is given
 * up on.
 */
export async function allSettled<const Steps extends readonly Promise<unknown>[]>(
  steps: Steps,
): Promise<Results<Steps>> {
  const settled = await Promise.allSettled(steps);
  const failures = settled.filter((each) => each.status === 'rejected').map(({ reason }): unknown => reason);
  if (failures.length > 0) throw failures.find((failure) => !isRejection(failure)) ?? failures[0];
  return resultsOf<Steps>(settled);
}

function resultsOf<All extends readonly Promise<unknown>[]>(settled: readonly PromiseSettledResult<unknown>[]) {
  return settled.map((each) => (each.status === 'fulfilled' ? each.value : undefined)) as Results<All>;
}

function abort(step: Promise<unknown> | undefined, reason: ServiceError): void {
  if (step) controllers.get(step)?.abort(reason);
}

/** It will never go well, unlike all that is retryable or unforeseen. */
function isRejection(error: unknown): error is ServiceError {
  return error instanceof ServiceError && !error.retryable;
}
