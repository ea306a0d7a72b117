import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { FakeApi, orderPlaced } from './consumer.test-support.ts';
import { RandomRun } from './random-run.test-support.ts';
import { ServiceError } from '../errors/service-error.ts';
import { on, type Subscription } from './subscription.ts';

const failures = [
  new ServiceError('API_UNAVAILABLE', 'answered 503'),
  new ServiceError('API_UNAVAILABLE', 'answered 429', { retryAfterMs: 700 }),
  new ServiceError('API_REJECTED', 'answered 400'),
  new TypeError('a bug'),
];

/** An API that fails by the dice. */
function subscribe(run: RandomRun): Subscription {
  const api = new FakeApi();
  api.answer = (call) =>
    run.called([call.event], call.context.signal, () => {
      if (!run.calm && run.random() < 0.4) return call.fail(run.pick(failures));
      run.done(call.id);
      call.done();
    });
  return on(orderPlaced, api.handler, { name: 'invoice' });
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it.each(Array.from({ length: 20 }, (_, index) => index + 1))(
  'over faults, rebalances, restarts and crashes nothing is lost, overtaken, overlapped or committed too early (seed %i)',
  async (seed) => {
    const run = new RandomRun({ seed, concurrency: 5, subscribe });
    await run.toTheEnd();
    expect(run.verdict).toEqual({ broken: [], lost: [], lag: 0 });
  },
);
