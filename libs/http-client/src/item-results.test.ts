import { expect, it } from 'vitest';
import { itemResults } from './item-results.ts';

it('each item of a batch is judged by its own status, as a single call would be', () => {
  const answers = [200, 201, 422, 503, 429].map((status) => ({ status }));
  const codes = itemResults('/batch', answers).map((result) => result?.code);
  expect(codes).toEqual([undefined, undefined, 'API_REJECTED', 'API_UNAVAILABLE', 'API_UNAVAILABLE']);
});

it('a failure says what was answered for the item, and how long to wait', () => {
  const [failure] = itemResults('/batch?dry=1', [{ status: 429, retryAfterSeconds: 7 }]);
  expect(failure).toMatchObject({
    message: 'POST /batch answered 429',
    status: 429,
    retryAfterMs: 7_000,
    retryable: true,
  });
});

it('an item that the API said nothing of is tried again', () => {
  const results = itemResults('/batch', [undefined, {} as never, { status: 200 }]);
  expect(results.map((result) => result?.retryable)).toEqual([true, true, undefined]);
});
