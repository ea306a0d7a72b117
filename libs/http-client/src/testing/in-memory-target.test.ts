import { createSystemClock, ServiceError } from '@millrace/messaging';
import { VirtualClock } from '@millrace/messaging/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTarget } from '../create-target.ts';
import type { HttpRequest, HttpTarget } from '../http-target.ts';
import { captureLog } from './captured-log.ts';
import type { InMemoryRequest } from './in-memory-connection.ts';
import { createInMemoryTarget } from './in-memory-target.ts';
import { answering, type LocalApi, startLocalApi, unusedPort } from './local-api.ts';

const { log } = captureLog();
const request: HttpRequest = {
  method: 'POST',
  path: '/emails?dry=1',
  json: { to: 'Zoë' },
  headers: { 'X-Dry': 'yes' },
  idempotencyKey: 'mail:1',
  order: { key: 'u1', sequence: 3 },
  signal: new AbortController().signal,
};
const answer = { status: 409, headers: { 'x-trace': 't1' }, body: { why: 'exists' } };

/** What comes of a request: the answer, or how it failed. */
const resultOf = (target: HttpTarget, change: Partial<HttpRequest> = {}) =>
  target.send({ ...request, ...change }).then(
    ({ status, headers, body }) => ({ status, trace: headers['x-trace'], body }),
    (error: unknown) => (error instanceof ServiceError ? { code: error.code, message: error.message } : { error }),
  );

describe('a target in memory does what one on the network does', () => {
  const received: InMemoryRequest[] = [];
  const inMemory = createInMemoryTarget(
    (got) => {
      received.push(got);
      const headers = { 'content-type': 'application/json', ...answer.headers };
      return Promise.resolve({ ...answer, headers, body: JSON.stringify(answer.body) });
    },
    { name: 'crm', timeoutMs: 5_000, log, clock: createSystemClock() },
  );
  let api: LocalApi;
  let real: HttpTarget;
  beforeAll(async () => {
    api = await startLocalApi(answering(answer.status, answer.body, answer.headers));
    real = createTarget({ name: 'crm', baseUrl: api.url, timeoutMs: 5_000, log });
  });
  afterAll(async () => {
    await Promise.all([real.stop(), inMemory.stop()]);
    await api[Symbol.asyncDispose]();
  });

  it('in what it sends and what it makes of the answer', async () => {
    expect(await resultOf(inMemory)).toEqual(await resultOf(real));
    const [sent] = api.requests;
    const { host: _host, connection: _connection, 'content-length': _length, ...headers } = sent?.headers ?? {};
    expect(received).toEqual([
      { method: sent?.method, path: sent?.url, headers, body: sent?.body, signal: expect.any(AbortSignal) as unknown },
    ]);
  });

  it.each([
    ['a path with a space', { path: '/for ann' }],
    ['a path beyond Latin-1', { path: '/for-李' }],
    ['a header of two lines', { headers: { 'x-note': 'a\nb' } }],
    ['a header without a proper name', { headers: { 'x note': 'a' } }],
  ] as const)('in what it refuses: %s', async (_, change) => {
    const result = await resultOf(inMemory, change);
    expect(result).toEqual(await resultOf(real, change));
    expect(result).toMatchObject({ code: 'API_REJECTED' });
  });

  it('in what it says of a connection that is refused', async () => {
    const baseUrl = `http://127.0.0.1:${await unusedPort()}`;
    const away = createTarget({ name: 'crm', baseUrl, timeoutMs: 5_000, log });
    const refusing = createInMemoryTarget(
      () => Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })),
      { name: 'crm', timeoutMs: 5_000, log, clock: createSystemClock() },
    );
    const result = await resultOf(refusing);
    expect(result).toEqual(await resultOf(away));
    expect(result).toMatchObject({ code: 'API_UNREACHABLE' });
    await away.stop();
  });
});

describe('an API in memory that does not answer', () => {
  it('is given up on when the time of the clock is up, and is told', async () => {
    const clock = new VirtualClock();
    const given = Promise.withResolvers<AbortSignal>();
    const silent = ({ signal }: InMemoryRequest) => {
      given.resolve(signal);
      return new Promise<never>(() => undefined);
    };
    const target = createInMemoryTarget(silent, { name: 'crm', timeoutMs: 5_000, log, clock });
    const result = resultOf(target);
    const signal = await given.promise;
    expect([signal.aborted, clock.next(), clock.mark(), signal.aborted]).toEqual([false, true, 5_000, true]);
    expect(await result).toEqual({
      code: 'API_TIMEOUT',
      message: 'POST /emails was not answered in time, 5000 ms at most',
    });
  });

  it('is given up on when its caller is', async () => {
    const clock = new VirtualClock();
    const caller = new AbortController();
    const target = createInMemoryTarget(() => new Promise<never>(() => undefined), {
      name: 'crm',
      timeoutMs: 5_000,
      log,
      clock,
    });
    const result = resultOf(target, { signal: caller.signal });
    caller.abort();
    expect(await result).toMatchObject({ code: 'CALL_ABORTED' });
    expect(clock.waiting).toBe(0);
  });
});
