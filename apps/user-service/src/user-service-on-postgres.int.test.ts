import { startPostgres, temporaryDatabase } from '@millrace/launcher';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { newUser, startTestService, type TestService } from './start-test-service.ts';
import type { User } from './user.ts';

const patience = { timeout: 20_000 };
const idempotencySecret = 'a secret of which all replicas have the same';

async function replica(databaseUrl: string): Promise<TestService> {
  const hashPassword = async () => '$fast';
  const service = await startTestService({ directory: '', databaseUrl, idempotencySecret, hashPassword });
  onTestFinished(() => service.stop());
  return service;
}

const newDatabase = () => temporaryDatabase(process.env['POSTGRES_URL']!);

describe('user-service on PostgreSQL', () => {
  it('is one service in several processes that start at once: users, keys, and events once each', async () => {
    const url = await newDatabase();
    const replicas = await Promise.all([replica(url), replica(url), replica(url)]);
    const body = newUser();
    const answers = await Promise.all(replicas.map((service) => service.post(body, 'a-key')));
    const users = await Promise.all(answers.map(async (answer) => (await answer.json()) as User));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(users.map(({ userId }) => userId)).size).toBe(1);
    const userId = users[0]!.userId;
    for (let change = 0; change < 9; change++) {
      await replicas[change % 3]!.patch(userId, { email: newUser().email });
    }
    const sent = () => replicas.flatMap((service) => service.sent);
    await vi.waitUntil(() => sent().length >= 10, patience);
    const types = sent().map(({ headers }) => headers['ce_type']);
    expect(types).toEqual(['UserRegistered', ...Array.from({ length: 9 }, () => 'UserEmailChanged')]);
    const times = sent().map(({ value }) => (JSON.parse(String(value)) as { changedAt?: string }).changedAt ?? '');
    expect(times).toEqual(times.toSorted());
  });

  it('answers 503 with Retry-After while its database is away, starts without it, and goes on when it is back', async () => {
    const server = await startPostgres();
    onTestFinished(() => server.close());
    await server.stop();
    const service = await replica(server.url);
    const away = await service.post(newUser());
    expect([away.status, away.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await away.text()).not.toMatch(/ECONN|postgres/);
    expect((await fetch(`${service.url}/readyz`)).status).toBe(503);
    await server.start();
    await vi.waitUntil(async () => (await fetch(`${service.url}/readyz`)).status === 200, patience);
    const body = newUser();
    expect((await service.post(body, 'a-key')).status).toBe(201);

    await server.kill('SIGKILL');
    expect((await service.post(body, 'a-key')).status).toBe(503);
    await server.start();
    await vi.waitUntil(async () => (await service.post(body, 'a-key')).status === 201, patience);
    await vi.waitUntil(() => service.sent.length >= 1, patience);
    expect((await service.post(body, 'a-key')).headers.get('idempotency-replayed')).toBe('true');
  });

  it('says nothing of the password of its database', async () => {
    const url = new URL(await newDatabase());
    url.password = 'hunter2';
    const lines: string[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
    const service = await startTestService({
      directory: '',
      databaseUrl: url.href,
      idempotencySecret,
      logLevel: 'debug',
    });
    const answer = await service.post(newUser());
    await service.stop();
    expect(answer.status).toBe(503);
    expect(lines.join('')).toContain('password authentication failed');
    expect(lines.join('')).not.toContain('hunter2');
  });

  it('wants a secret of which all processes have the same', async () => {
    await expect(startTestService({ directory: '', databaseUrl: 'postgres://a:b@127.0.0.1:1/c' })).rejects.toThrow(
      /IDEMPOTENCY_SECRET is required on PostgreSQL/,
    );
  });
});
