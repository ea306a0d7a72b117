import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { published } from './published.ts';
import { newUser, startTestService, type TestService } from './start-test-service.ts';
import type { User } from './user.ts';

/** For a busy machine. */
const patience = { timeout: 8_000 };

let directory: string;
let service: TestService;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-users-'));
  service = await startTestService({ directory });
});

afterAll(async () => {
  await service.stop();
  rmSync(directory, { recursive: true });
});

const jsonOf = async (response: Response) => (await response.json()) as Record<string, unknown>;
const get = (path: string) => fetch(`${service.url}${path}`);

async function register(changes: object = {}): Promise<User> {
  const response = await service.post(newUser(changes));
  expect(response.status).toBe(201);
  return (await response.json()) as User;
}

const recordsOf = (userId: string) => service.sent.filter(({ key }) => key?.toString() === userId);
const eventsOf = (userId: string, howMany: number) =>
  vi.waitUntil(() => {
    const records = recordsOf(userId);
    return records.length >= howMany && records;
  }, patience);

describe('POST /users', () => {
  it('answers 201 with the user, whom everybody can then look up', async () => {
    const { password, ...sent } = newUser();
    const response = await service.post({ ...sent, password });
    const user = await jsonOf(response);
    expect(response.status).toBe(201);
    const { userId, registeredAt, ...given } = user;
    expect(given).toEqual(sent);
    expect(userId).toMatch(/^[\da-f-]{36}$/);
    expect(new Date(String(registeredAt)).toISOString()).toBe(registeredAt);
    expect(await jsonOf(await get(`/users/${String(userId)}`))).toEqual(user);
  });

  it('publishes UserRegistered with what the contract says, and no password', async () => {
    const user = await register();
    const [record] = await eventsOf(user.userId, 1);
    expect(JSON.parse(String(record?.value))).toEqual(user);
    expect(record).toMatchObject({
      topic: 'user-events',
      headers: {
        ce_type: 'UserRegistered',
        ce_source: '/user-service',
        ce_subject: user.userId,
        ce_dataschema: 'urn:millrace:UserRegistered:1',
        'content-type': 'application/json',
      },
    });
  });

  it.each([
    ['username', (user: User) => ({ username: user.username }), ['username'], 'The username is already taken.'],
    [
      'username in another case',
      (user: User) => ({ username: user.username.toUpperCase() }),
      ['username'],
      'The username is already taken.',
    ],
    ['e-mail address', (user: User) => ({ email: user.email }), ['email'], 'The e-mail address is already taken.'],
    [
      'e-mail address in another case',
      (user: User) => ({ email: user.email.toUpperCase() }),
      ['email'],
      'The e-mail address is already taken.',
    ],
    ['both', (user: User) => user, ['username', 'email'], 'The username and the e-mail address are already taken.'],
  ])('answers 409 for a taken %s', async (_what, same, fields, detail) => {
    const { username, email } = await register({ username: `ada ${crypto.randomUUID().slice(0, 8)}` });
    const changes = same({ username, email } as User);
    const response = await service.post(newUser(changes));
    expect(response.status).toBe(409);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    const problem = await jsonOf(response);
    expect(problem).toMatchObject({ status: 409, detail, errors: fields.map((field) => ({ field })) });
    expect(JSON.stringify(problem)).not.toContain('@');
  });

  it.each(['username', 'email'] as const)('lets one of two win that want the same %s at once', async (field) => {
    const first = newUser();
    const rivals = [first, newUser({ [field]: first[field] })];
    const answers = await Promise.all(rivals.map((user) => service.post(user)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 409]));
  });
});

describe('GET /users/:id', () => {
  it('never shows the password or its hash', async () => {
    const { userId } = await register();
    expect(Object.keys(await jsonOf(await get(`/users/${userId}`))).toSorted()).toEqual([
      'email',
      'registeredAt',
      'userId',
      'username',
    ]);
  });

  it('takes an id in upper case', async () => {
    const { userId } = await register();
    expect((await get(`/users/${userId.toUpperCase()}`)).status).toBe(200);
  });

  it.each(['0190a1b2-0000-7000-8000-000000000000', 'nobody'])('answers 404 for %s', async (id) => {
    const response = await get(`/users/${id}`);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      404,
      'application/problem+json; charset=utf-8',
    ]);
  });
});

describe('PATCH /users/:id', () => {
  it('changes the address, and publishes that it did, without the address', async () => {
    const user = await register();
    const { email } = newUser();
    const response = await service.patch(user.userId, { email });
    expect([response.status, await response.json()]).toEqual([200, { ...user, email }]);
    expect(await jsonOf(await get(`/users/${user.userId}`))).toEqual({ ...user, email });
    const [, record] = await eventsOf(user.userId, 2);
    expect(record?.headers).toMatchObject({ ce_type: 'UserEmailChanged', ce_subject: user.userId });
    expect(JSON.parse(String(record?.value))).toEqual({ userId: user.userId, changedAt: expect.any(String) as string });
  });

  it('has then published every event that the service says it does', async () => {
    const { userId } = await register();
    await service.patch(userId, { email: newUser().email });
    const records = await eventsOf(userId, 2);
    const types = records.map(({ headers }) => headers['ce_type']);
    expect(new Set(types)).toEqual(new Set(published.events.map(({ type }) => type)));
  });

  it('publishes the events of a user in the order of the changes', async () => {
    const { userId } = await register();
    for (let i = 0; i < 5; i++) await service.patch(userId, { email: newUser().email });
    const records = await eventsOf(userId, 6);
    const times = records.slice(1).map(({ value }) => (JSON.parse(String(value)) as { changedAt: string }).changedAt);
    expect(records[0]?.headers['ce_type']).toBe('UserRegistered');
    expect(times).toEqual(times.toSorted());
  });

  it('answers 200 to the address that the user has already, and publishes nothing', async () => {
    const user = await register();
    const response = await service.patch(user.userId, { email: user.email.toUpperCase() });
    expect([response.status, await response.json()]).toEqual([200, user]);
    await service.patch(user.userId, { email: newUser().email });
    expect(await eventsOf(user.userId, 2)).toHaveLength(2);
  });

  it("answers 409 for another user's address, and keeps the old one", async () => {
    const [user, other] = [await register(), await register()];
    const response = await service.patch(user.userId, { email: other.email });
    expect(response.status).toBe(409);
    expect(await jsonOf(response)).toMatchObject({ detail: 'The e-mail address is already taken.' });
    expect(await jsonOf(await get(`/users/${user.userId}`))).toEqual(user);
  });

  it.each(['0190a1b2-0000-7000-8000-000000000000', 'nobody'])('answers 404 for %s', async (id) => {
    expect((await service.patch(id, { email: newUser().email })).status).toBe(404);
  });

  it('changes nothing but the address', async () => {
    const { userId } = await register();
    const response = await service.patch(userId, { email: newUser().email, username: 'Eve' });
    expect(response.status).toBe(400);
    expect(await jsonOf(response)).toMatchObject({ errors: [{ field: 'username' }] });
  });
});

describe('the service', () => {
  it('is ready while Kafka is away', async () => {
    expect((await get('/readyz')).status).toBe(200);
  });

  it('shows the outbox in its metrics', async () => {
    expect(await (await get('/metrics')).text()).toMatch(/^millrace_outbox_depth(\{.*\})? \d+$/m);
  });
});
