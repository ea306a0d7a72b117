import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { answering, type FakeUserService, startFakeUserService } from './testing/fake-user-service.ts';
import { type RunningGateway, startGateway } from './testing/start-gateway.ts';

const userId = '0198c1de-5b1c-4e3d-9a3a-4c7d0f3f2a11';
const ada = { username: 'Ada', email: 'Ada@Example.org', password: 'correct horse' };

let userService: FakeUserService;
let gateway: RunningGateway;

beforeEach(async () => {
  userService = await startFakeUserService();
  gateway = await startGateway(userService.url);
});

afterEach(async () => {
  await gateway.stop();
  await userService.stop();
});

function ask(method: 'POST' | 'PATCH', path: string, body: object, init: RequestInit & { readonly to?: string } = {}) {
  const { to = gateway.url, headers, ...rest } = init;
  const withType = { 'content-type': 'application/json', ...(headers as Record<string, string>) };
  return fetch(`${to}${path}`, { ...rest, method, body: JSON.stringify(body), headers: withType });
}

const register = (init?: Parameters<typeof ask>[3]) => ask('POST', '/register', ada, init);
const changeEmail = (init?: Parameters<typeof ask>[3]) => ask('PATCH', `/users/${userId}`, { email: ada.email }, init);

async function problemOf(response: Response): Promise<Record<string, unknown>> {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  return (await response.json()) as Record<string, unknown>;
}

describe('a good request', () => {
  it('registers a user', async () => {
    userService.answer = answering(201, { userId, username: 'Ada' });
    const response = await register({ headers: { 'idempotency-key': 'k-1' } });
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({ userId, message: 'You are registered.' });
    expect(userService.calls).toMatchObject([
      {
        method: 'POST',
        path: '/users',
        headers: { 'idempotency-key': 'k-1' },
        body: { ...ada, email: 'ada@example.org' },
      },
    ]);
  });

  it("changes a user's e-mail address", async () => {
    userService.answer = answering(200, { userId });
    const response = await changeEmail();
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ userId, message: 'Your e-mail address is changed.' });
    expect(userService.calls).toMatchObject([
      { method: 'PATCH', path: `/users/${userId}`, body: { email: 'ada@example.org' } },
    ]);
    expect(userService.calls[0]?.headers).not.toHaveProperty('idempotency-key');
  });

  it('leaves no trace of e-mail address and password in the log', async () => {
    userService.answer = answering(201, { userId });
    await register();
    expect(gateway.lines.length).toBeGreaterThan(0);
    expect(gateway.lines.join('')).not.toMatch(/example|horse/i);
  });
});

describe.each([
  ['a registration', register],
  ['an e-mail change', changeEmail],
])('%s', (_name, request) => {
  it.each([400, 404, 409, 422, 429])(
    'that user-service refuses with %i gets its message and fields',
    async (status) => {
      const refusal = { title: 'No', detail: 'That is taken.', errors: [{ field: 'email', message: 'is taken' }] };
      userService.answer = answering(status, { type: 'about:blank', status, ...refusal }, { 'retry-after': '9' });
      const response = await request();
      expect(response.status).toBe(status);
      expect(response.headers.get('retry-after')).toBe('9');
      expect(await problemOf(response)).toMatchObject({ status, ...refusal });
    },
  );

  it('that user-service refuses without a word is refused with one', async () => {
    userService.answer = (response) => response.writeHead(403).end('<h1>no</h1>');
    expect(await problemOf(await request())).toMatchObject({
      status: 403,
      detail: 'The user service refused the request.',
    });
  });

  it.each([500, 502, 503])('that user-service answers with %i gets 503, asked once', async (status) => {
    userService.answer = answering(status, { detail: 'stack trace' });
    const response = await request();
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await problemOf(response)).toEqual({
      type: 'about:blank',
      status: 503,
      title: 'Service Unavailable',
      detail: expect.stringContaining('not available') as string,
    });
    expect(userService.calls).toHaveLength(1);
  });

  it('may be repeated when user-service says so', async () => {
    userService.answer = answering(503, {}, { 'retry-after': '30' });
    expect((await request()).headers.get('retry-after')).toBe('30');
  });

  it('gets 503 when nobody listens', async () => {
    const nobody = await startFakeUserService();
    await nobody.stop();
    const lonely = await startGateway(nobody.url);
    onTestFinished(() => lonely.stop());
    const response = await request({ to: lonely.url });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await problemOf(response)).not.toHaveProperty('cause');
  });

  it('gets 503 when user-service dies over it, asked once', async () => {
    userService.answer = (response) => response.destroy();
    expect((await request()).status).toBe(503);
    expect(userService.calls).toHaveLength(1);
  });

  it('gets 504 when user-service does not answer in time', async () => {
    userService.answer = () => undefined;
    const hasty = await startGateway(userService.url, 50);
    onTestFinished(() => hasty.stop());
    const response = await request({ to: hasty.url });
    expect(await problemOf(response)).toMatchObject({ status: 504, title: 'Gateway Timeout' });
    expect(userService.calls).toHaveLength(1);
  });

  it.each([
    ['a redirect', 302, {}],
    ['no user id', 200, { id: 7 }],
  ])('that user-service answers with %s gets 502', async (_what, status, body) => {
    userService.answer = answering(status, body);
    expect(await problemOf(await request())).toMatchObject({ status: 502 });
  });

  it('is dropped when its client hangs up', async () => {
    const asked = Promise.withResolvers<ServerResponse>();
    userService.answer = asked.resolve;
    const client = new AbortController();
    const [outcome] = await Promise.all([
      request({ signal: client.signal }).catch((error: unknown) => error),
      asked.promise.then(async (response) => {
        client.abort();
        await once(response, 'close');
      }),
    ]);
    expect(outcome).toMatchObject({ name: 'AbortError' });
  });
});
