import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newUser, startTestService, type TestService } from './start-test-service.ts';

let directory: string;
let service: TestService;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-malformed-'));
  service = await startTestService({ directory });
});

afterAll(async () => {
  await service.stop();
  rmSync(directory, { recursive: true });
});

describe('a malformed registration', () => {
  it.each([
    ['no fields', {}, ['username', 'email', 'password']],
    ['a short password', newUser({ password: '1234567' }), ['password']],
    ['a long username', newUser({ username: 'a'.repeat(33) }), ['username']],
    ['numbers', { username: 1, email: 2, password: 3 }, ['username', 'email', 'password']],
    ['null', newUser({ password: null }), ['password']],
    ['an unknown field', newUser({ admin: true }), ['admin']],
    ['a control character', newUser({ username: 'ada\u0007' }), ['username']],
    ['an address without a domain', newUser({ email: 'ada@' }), ['email']],
    ['a list', [], ['body']],
  ])('with %s gets a 400 problem that names each field', async (_what, body, fields) => {
    const response = await service.post(body, crypto.randomUUID());
    expect(response.status).toBe(400);
    const { errors } = (await response.json()) as { errors: { field: string }[] };
    expect([...new Set(errors.map(({ field }) => field))]).toEqual(fields);
  });

  it.each([
    ['an Idempotency-Key of nothing', ''],
    ['an Idempotency-Key with a space', 'a b'],
    ['an Idempotency-Key of 256 characters', 'k'.repeat(256)],
  ])('with %s gets a 400 problem', async (_what, key) => {
    const response = await service.post(newUser(), key);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ field: 'idempotency-key' }] });
  });

  it.each([
    ['broken JSON', 400, '{"username":', 'application/json'],
    ['an empty body', 400, '', 'application/json'],
    ['another content type', 415, JSON.stringify(newUser()), 'text/plain'],
    ['a huge body', 413, JSON.stringify(newUser({ username: 'a'.repeat(20_000) })), 'application/json'],
  ])('with %s gets a %i problem', async (_what, status, body, type) => {
    const response = await fetch(`${service.url}/users`, { method: 'POST', body, headers: { 'content-type': type } });
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
  });

  it('leaves nothing in the database', async () => {
    await service.stop();
    const database = new DatabaseSync(join(directory, 'users.db'));
    const count = (table: string) => Number(database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']);
    expect(['users', 'outbox', 'kept_answers'].map(count)).toEqual([0, 0, 0]);
    database.close();
    service = await startTestService({ directory });
    expect((await service.post(newUser())).status).toBe(201);
  });
});
