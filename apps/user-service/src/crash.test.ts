import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newUser, startTestService } from './start-test-service.ts';
import type { User } from './user.ts';

const minuteMs = 60_000;
const script = join(import.meta.dirname, 'run-test-service.ts');
const users = Array.from({ length: 30 }, () => newUser());
const answersBeforeTheKill = 10;
const atOnce = 4;

let directory: string;
let child: ChildProcess;
let url: string;
let answered: User[];

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-crash-'));
  child = spawn(process.execPath, [script, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  url = await firstLine(child);
  answered = [];
  await registerUntilKilled();
}, minuteMs);

afterEach(() => rmSync(directory, { recursive: true }));

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: stdout! })) return line;
  throw new Error('the service did not start');
}

/** Registers, some at a time, and kills the service with -9 amid the work. */
async function registerUntilKilled(): Promise<void> {
  const exited = once(child, 'exit');
  const rest = [...users];
  await Promise.all(Array.from({ length: atOnce }, () => registerAll(rest)));
  await exited;
}

async function registerAll(rest: ReturnType<typeof newUser>[]): Promise<void> {
  for (let user = rest.shift(); user; user = rest.shift()) {
    const response = await register(user).catch(() => undefined);
    if (!response) return;
    answered.push((await response.json()) as User);
    if (answered.length === answersBeforeTheKill) child.kill('SIGKILL');
  }
}

const register = (user: ReturnType<typeof newUser>) =>
  fetch(`${url}/users`, {
    method: 'POST',
    body: JSON.stringify(user),
    headers: { 'content-type': 'application/json', 'idempotency-key': user.username },
  });

function column(name: string, from: string): string[] {
  const database = new DatabaseSync(join(directory, 'users.db'));
  const values = database.prepare(`SELECT ${name} AS value FROM ${from}`).all();
  database.close();
  return values.map(({ value }) => String(value)).toSorted();
}

describe('after kill -9 amid registrations', { timeout: minuteMs }, () => {
  it('users, events and kept answers match one to one, and every 201 is among them', () => {
    const stored = column('user_id', 'users');
    expect(stored.length).toBeGreaterThanOrEqual(answersBeforeTheKill);
    expect(stored.length).toBeLessThan(users.length);
    expect(column("json_extract(value, '$.userId')", 'outbox')).toEqual(stored);
    expect(column("json_extract(body, '$.userId')", 'kept_answers')).toEqual(stored);
    expect(stored).toEqual(expect.arrayContaining(answered.map(({ userId }) => userId)));
  });

  it('repeating every request with its key registers each user once', async () => {
    const service = await startTestService({ directory });
    const answers = await Promise.all(users.map((user) => service.post(user, user.username)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    const ids = (await Promise.all(answers.map((answer) => answer.json() as Promise<User>))).map(
      ({ userId }) => userId,
    );
    expect(ids).toEqual(expect.arrayContaining(answered.map(({ userId }) => userId)));
    await service.stop();
    expect(column('user_id', 'users')).toEqual(ids.toSorted());
    expect(column("json_extract(value, '$.userId')", 'outbox')).toEqual(ids.toSorted());
  });

  it('no file holds a password, or anything that gives one away without the slow hash', () => {
    const files = readdirSync(directory).map((file) => readFileSync(join(directory, file)));
    const isStored = (text: string) => files.some((bytes) => bytes.includes(text));
    const [{ username, password } = newUser()] = users;
    expect([isStored(username), isStored(password)]).toEqual([true, false]);
  });
});
