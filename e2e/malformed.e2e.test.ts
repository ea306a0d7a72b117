import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { anyText } from './support/any-text.ts';
import { malformedRequests } from './support/malformed-requests.ts';
import { rawHttp } from './support/raw-http.ts';
import { request } from './support/request.ts';
import { secretMark } from './support/secret-mark.ts';
import { useSystem } from './support/use-system.ts';

describe('a malformed request', () => {
  const system = useSystem();

  it.each(malformedRequests)('is refused: $what', async ({ request: malformed, status, fields = [] }) => {
    const answer = await request(system().gateway, malformed);
    expect(answer.status).toBe(status);
    expect(answer.contentType).toMatch(/^application\/problem\+json\b/);
    expect(answer.json).toMatchObject({
      type: anyText,
      title: anyText,
      status,
      detail: anyText,
    });
    const errors = (answer.json as { errors?: readonly { field: string; message: string }[] }).errors ?? [];
    expect([...new Set(errors.map(({ field }) => field))].toSorted()).toEqual(fields.toSorted());
    expect(errors.every(({ message }) => message.length > 0)).toBe(true);
    expect(answer.text.toLowerCase()).not.toContain(secretMark);
    expect(answer.text).not.toMatch(/node_modules|\.ts:\d|\bat \S+ \(/);
  });

  it.each([
    { what: 'not HTTP', bytes: `hello ${secretMark}\r\n\r\n` },
    {
      what: 'two lengths',
      bytes: 'POST /register HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello',
    },
    {
      what: 'a length and chunks',
      bytes: 'POST /register HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    },
  ])('is refused before it is a request: $what', async ({ bytes }) => {
    const answer = await rawHttp(system().gateway, bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer.toLowerCase()).toContain('content-type: application/problem+json');
    expect(answer.toLowerCase()).not.toContain(secretMark);
  });

  it('leaves nothing behind: no user, no event, no call', async () => {
    // It has the file for itself while it runs.
    await system().service('user-service').stop();
    expect(rowCounts(system().dataDir)).toMatchObject({ users: 0, outbox: 0 });
    const { notification, analytics } = await system().stubApis.stats();
    expect([notification?.calls, analytics?.calls]).toEqual([0, 0]);
  });
});

/** Rows by table in user-service's database. */
function rowCounts(dataDir: string): Readonly<Record<string, number>> {
  const [file = ''] = readdirSync(dataDir).filter((name) => /^users?\b.*\.db$/.test(name));
  const database = new DatabaseSync(join(dataDir, file), { readOnly: true });
  try {
    const tables = database.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).all() as { name: string }[];
    return Object.fromEntries(tables.map(({ name }) => [name, countRows(database, name)]));
  } finally {
    database.close();
  }
}

function countRows(database: DatabaseSync, table: string): number {
  return Number(database.prepare(`SELECT count(*) AS rows FROM "${table}"`).get()?.['rows']);
}
