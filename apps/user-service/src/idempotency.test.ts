import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HashPassword } from './hash-password.ts';
import { newUser, startTestService, type TestService } from './start-test-service.ts';
import type { User } from './user.ts';

/** For a busy machine. */
const patience = { timeout: 8_000 };

const dayMs = 24 * 60 * 60 * 1_000;
const key = 'a-key';

let directory: string;
let service: TestService;
let hashPassword: HashPassword;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-idempotency-'));
  hashPassword = async () => '$fast';
  service = await start();
});

afterEach(async () => {
  vi.useRealTimers();
  await service.stop();
  rmSync(directory, { recursive: true });
});

const start = (idempotencySecret?: string) =>
  startTestService({
    directory,
    hashPassword: (password) => hashPassword(password),
    ...(idempotencySecret && { idempotencySecret }),
  });

async function restart(idempotencySecret?: string): Promise<void> {
  await service.stop();
  service = await start(idempotencySecret);
}

const answerOf = async (response: Response) => ({
  status: response.status,
  body: await response.text(),
  type: response.headers.get('content-type'),
});
/** The answer, which must say that it is a replay. */
async function replayOf(request: Promise<Response>): Promise<Awaited<ReturnType<typeof answerOf>>> {
  const response = await request;
  expect(isReplay(response)).toBe(true);
  return answerOf(response);
}

const isReplay = ({ headers }: Response) => headers.get('idempotency-replayed') === 'true';

describe('a request repeated with its Idempotency-Key', () => {
  it('gets the first answer again, and registers nobody', async () => {
    const user = newUser();
    const first = await service.post(user, key);
    expect([first.status, isReplay(first)]).toEqual([201, false]);
    expect(await replayOf(service.post(user, key))).toEqual(await answerOf(first));
    expect((await service.post(newUser(), 'another-key')).status).toBe(201);
    await vi.waitUntil(() => service.sent.length >= 2, patience);
    expect(service.sent).toHaveLength(2);
  });

  it('does not hash the password again', async () => {
    const hash = vi.fn<HashPassword>(hashPassword);
    hashPassword = hash;
    const user = newUser();
    await service.post(user, key);
    await service.post(user, key);
    expect(hash).toHaveBeenCalledOnce();
  });

  it('is the same whatever the order of its fields, and the case of its address', async () => {
    const { username, email, password } = newUser();
    const first = await answerOf(await service.post({ username, email, password }, key));
    expect(await replayOf(service.post({ password, email: email.toUpperCase(), username }, key))).toEqual(first);
  });

  it('gets a refusal again, too, although it would succeed by now', async () => {
    const [user, other] = [newUser(), newUser()];
    const { userId } = (await (await service.post(other)).json()) as User;
    const first = await answerOf(await service.post({ ...user, email: other.email }, key));
    expect(first.status).toBe(409);
    await service.patch(userId, { email: newUser().email });
    expect(await replayOf(service.post({ ...user, email: other.email }, key))).toEqual(first);
  });

  it('gets its 404 again', async () => {
    const change = { email: newUser().email };
    const first = await answerOf(await service.patch('nobody', change, key));
    expect(first.status).toBe(404);
    expect(await replayOf(service.patch('nobody', change, key))).toEqual(first);
  });

  it('changes an address once, even when it has been changed back meanwhile', async () => {
    const user = (await (await service.post(newUser())).json()) as User;
    const change = { email: newUser().email };
    const first = await answerOf(await service.patch(user.userId, change, key));
    await service.patch(user.userId, { email: user.email });
    expect(await replayOf(service.patch(user.userId, change, key))).toEqual(first);
    expect(await (await fetch(`${service.url}/users/${user.userId}`)).json()).toEqual(user);
  });

  it('gets the first answer after a restart', async () => {
    const user = newUser();
    const first = await answerOf(await service.post(user, key));
    await restart();
    expect(await replayOf(service.post(user, key))).toEqual(first);
  });

  it('is not recognised any more under another IDEMPOTENCY_SECRET, and does nothing', async () => {
    const user = newUser();
    await restart('s'.repeat(32));
    await service.post(user, key);
    await restart('t'.repeat(32));
    expect((await service.post(user, key)).status).toBe(422);
  });

  it('is a request of its own after 24 hours', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const user = newUser();
    await service.post(user, key);
    vi.setSystemTime(Date.now() + dayMs - 1);
    expect(isReplay(await service.post(user, key))).toBe(true);
    vi.setSystemTime(Date.now() + 1);
    const late = await service.post(user, key);
    expect([late.status, isReplay(late)]).toEqual([409, false]);
    expect(isReplay(await service.post(user, key))).toBe(true);
  });

  it('is looked at anew when the first was malformed', async () => {
    const user = newUser();
    expect((await service.post({ ...user, password: 'short' }, key)).status).toBe(400);
    expect((await service.post(user, key)).status).toBe(201);
  });

  it('is carried out when the first failed on our side', async () => {
    const user = newUser();
    hashPassword = () => Promise.reject(new Error('out of memory'));
    expect((await service.post(user, key)).status).toBe(500);
    hashPassword = async () => '$fast';
    expect((await service.post(user, key)).status).toBe(201);
  });
});

describe('a key used for another request', () => {
  it.each([
    ['another password', { password: 'another password' }],
    ['another address', { email: newUser().email }],
  ])('gets a 422 problem for %s, and keeps the first answer', async (_what, changes) => {
    const user = newUser();
    const first = await answerOf(await service.post(user, key));
    const other = await answerOf(await service.post({ ...user, ...changes }, key));
    expect([other.status, other.type]).toEqual([422, 'application/problem+json; charset=utf-8']);
    expect(await replayOf(service.post(user, key))).toEqual(first);
  });

  it('gets a 422 problem for the same change of another user', async () => {
    const change = { email: newUser().email };
    expect((await service.patch('nobody', change, key)).status).toBe(404);
    expect((await service.patch('somebody', change, key)).status).toBe(422);
  });
});

describe('a request that is still in progress', () => {
  it('makes its repetition wait, and another one with its key wrong', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const hash = vi.fn<HashPassword>(() => promise);
    hashPassword = hash;
    const user = newUser();
    const first = service.post(user, key);
    await vi.waitUntil(() => hash.mock.calls.length === 1, patience);
    const again = await service.post(user, key);
    expect([again.status, again.headers.get('retry-after')]).toEqual([409, '1']);
    expect(await again.json()).toMatchObject({ detail: expect.stringContaining('still in progress') as string });
    expect((await service.post(newUser(), key)).status).toBe(422);
    resolve('$slow');
    expect((await first).status).toBe(201);
    expect(isReplay(await service.post(user, key))).toBe(true);
  });
});
