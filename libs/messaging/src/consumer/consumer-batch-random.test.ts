import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type BatchCall, FakeBatchApi } from './consumer-batch.test-support.ts';
import { orderPlaced } from './consumer.test-support.ts';
import { idOf, RandomRun } from './random-run.test-support.ts';
import { ServiceError } from '../errors/service-error.ts';
import { onBatch, type Subscription } from './subscription.ts';

const maxSize = 6;
const rejected = new ServiceError('API_REJECTED', 'answered 400');
const failures = [
  new ServiceError('API_UNAVAILABLE', 'answered 503', { status: 503 }),
  new ServiceError('API_UNAVAILABLE', 'answered 429', { retryAfterMs: 700 }),
  new ServiceError('API_TIMEOUT', 'not answered'),
  new TypeError('a bug'),
];

/** An API of batches that fails by the dice, and for good where an order is poison. */
class RandomBatchApi {
  /** Calls by how many events they had. */
  readonly sizes: number[] = [];
  /** Events that failed when they were called alone, or by an answer of their own. */
  readonly #blamed = new Set<string>();

  readonly subscribe = (run: RandomRun): Subscription => {
    const api = new FakeBatchApi();
    api.answer = (call) => {
      const { ids, items, context } = call;
      this.sizes.push(ids.length);
      if (ids.length > maxSize) run.breaks(`${ids.join()} are too many events`);
      const events = items.map(({ event }) => event);
      run.called(events, context.signal, () => this.#end(call, run));
    };
    return onBatch(orderPlaced, api.handler, { name: 'invoice', maxSize, maxDelayMs: 60 });
  };

  /** Dead letters of events that no answer was ever about alone, and that were valid. */
  wronglyGivenUp({ producer }: RandomRun): readonly string[] {
    const valid = producer.sent.filter(({ value }) => value?.toString() !== 'not JSON');
    return valid.map(({ headers }) => idOf(headers)).filter((id) => !this.#blamed.has(id));
  }

  /** All go well, or some by themselves fail, or all fail: maybe for one of them, which is then rejected when it is alone. */
  #end({ ids, done, fail }: BatchCall, run: RandomRun): void {
    const dice = run.calm ? 1 : run.random();
    if (ids.length > 1 && ids.some(isPoison)) return fail(rejected);
    if (dice < 0.2) return fail(this.#blame(ids, run.pick(failures)));
    const results = ids.map((id) => (isPoison(id) ? rejected : itemFailure(run, dice)));
    for (const [at, id] of ids.entries())
      if (results[at]) this.#blame([id], results[at]);
      else run.done(id);
    done(results.some(Boolean) ? results : undefined);
  }

  #blame(ids: readonly string[], failure: Error): Error {
    const [id] = ids;
    if (id !== undefined && ids.length === 1) this.#blamed.add(id);
    return failure;
  }
}

function itemFailure({ random }: RandomRun, dice: number): ServiceError | undefined {
  if (dice >= 0.5 || random() >= 0.3) return undefined;
  return random() < 0.2 ? rejected : new ServiceError('API_UNAVAILABLE', 'item answered 503');
}

/** The third order of some customers: the API rejects any batch that it is in. */
function isPoison(id: string): boolean {
  return id.endsWith(':1-2') || id.endsWith(':3-2');
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it.each(Array.from({ length: 20 }, (_, index) => index + 1))(
  'over faults, rebalances, restarts and crashes batches lose, overtake, overlap and blame nothing (seed %i)',
  async (seed) => {
    const api = new RandomBatchApi();
    const run = new RandomRun({ seed, concurrency: 3, subscribe: api.subscribe });
    await run.toTheEnd();
    expect(run.verdict).toEqual({ broken: [], lost: [], lag: 0 });
    expect(api.wronglyGivenUp(run)).toEqual([]);
    expect(Math.max(...api.sizes)).toBeGreaterThan(2);
  },
);
