import { Client } from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { startPostgres } from './start-postgres.ts';
import { sqlAnswers, temporaryDatabase } from './temporary-database.ts';

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows.flat() as unknown[];
  } finally {
    await client.end();
  }
}

it('runs a PostgreSQL that can be crashed and stopped, and comes back with what was committed', async () => {
  const postgres = await startPostgres();
  onTestFinished(() => postgres.close());
  const [version] = await ask(postgres.url, 'SHOW server_version_num');
  expect(Number(version)).toBeGreaterThanOrEqual(150_000);
  await ask(postgres.url, 'CREATE TABLE kept (x int)');

  await ask(postgres.url, 'INSERT INTO kept VALUES (1)');
  await postgres.kill('SIGKILL');
  expect(await sqlAnswers(postgres.url)).toBe(false);
  await postgres.start();
  await ask(postgres.url, 'INSERT INTO kept VALUES (2)');
  await postgres.stop();
  expect(await sqlAnswers(postgres.url)).toBe(false);
  await postgres.start();
  expect(await ask(postgres.url, 'SELECT x FROM kept ORDER BY x')).toEqual([1, 2]);

  await postgres.close();
  expect(await sqlAnswers(postgres.url)).toBe(false);
});

it('gives each test a database of its own', async () => {
  const url = await temporaryDatabase(process.env['POSTGRES_URL']!);
  await ask(url, 'CREATE TABLE mine (x int)');
  const other = await temporaryDatabase(process.env['POSTGRES_URL']!);
  expect(await ask(other, "SELECT to_regclass('mine')")).toEqual([null]);
});
