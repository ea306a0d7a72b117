import { expect, it } from 'vitest';
import { type Attempt, type AttemptAnswer, registerSteadily } from './register-steadily.ts';

type Request = Parameters<Attempt>[0];

/** Loads a service that gives these answers to the first user's first requests, and then answers as it should. */
async function loaded(first: readonly (AttemptAnswer | undefined)[], askAgainEach?: number) {
  const requests: Request[] = [];
  const enough = new AbortController();
  const attempt: Attempt = async (request) => {
    enough.abort();
    requests.push(request);
    if (requests.length <= first.length) return first[requests.length - 1];
    const { method, path, idempotencyKey } = request;
    const userId = method === 'POST' ? `user of ${idempotencyKey}` : path.slice('/users/'.length);
    return { status: method === 'POST' ? 201 : 200, body: { userId }, retryAfter: false };
  };
  const again = askAgainEach === undefined ? {} : { askAgainEach };
  const options = { attempt, registerPath: '/users', perSecond: 50, until: enough.signal, patienceMs: 1_000, ...again };
  return { load: await registerSteadily(options), requests };
}

const answer = (status: number, retryAfter = false) => ({ status, body: { detail: 'why' }, retryAfter });

it('repeats a request with its key until it is answered, and changes the address twice', async () => {
  const { load, requests } = await loaded([undefined, answer(503), answer(409, true)]);
  const keys = requests.map(({ idempotencyKey }) => idempotencyKey);
  expect(new Set(keys.slice(0, 4)).size).toBe(1);
  expect(new Set(keys.slice(3)).size).toBe(3);
  expect(requests.slice(4).map(({ method }) => method)).toEqual(['PATCH', 'PATCH']);
  const registered = [expect.objectContaining({ userId: `user of ${keys[0]}`, changes: 2 })];
  expect(load).toMatchObject({ registered, failedAttempts: 3, unanswered: 0, refused: [] });
});

it('tells what is refused, and does not ask again', async () => {
  const { load, requests } = await loaded([answer(409)]);
  expect(requests).toHaveLength(1);
  expect(load).toMatchObject({ registered: [], refused: ['POST /users answered 409: {"detail":"why"}'] });
});

it('tells when a key is answered with another user', async () => {
  const otherwise = { status: 201, body: { userId: 'another' }, retryAfter: false };
  const { load } = await loaded([otherwise], 1);
  expect(load.answeredOtherwise).toEqual([expect.stringContaining('registered as another, and as user of')]);
  expect((await loaded([], 1)).load.answeredOtherwise).toEqual([]);
});
