import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqlite } from './open-sqlite.ts';

const tables = ['CREATE TABLE a (x INTEGER) STRICT', 'CREATE TABLE b (x INTEGER) STRICT'];

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-sqlite-'));
  file = join(directory, 'deep', 'down', 'test.db');
});

afterEach(() => rmSync(directory, { recursive: true }));

describe('a SQLite file', () => {
  it('is made with its directory, for its owner alone, and commits to the disk', () => {
    const database = openSqlite({ file, migrations: tables });
    database.exec('INSERT INTO a VALUES (1)');
    expect([file, `${file}-wal`].map((path) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600]);
    const pragma = (name: string) => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
    expect([pragma('journal_mode'), pragma('synchronous')]).toEqual(['wal', 2]);
    database.close();
  });

  it('gets only the tables that it does not have yet', () => {
    openSqlite({ file, migrations: tables.slice(0, 1) }).close();
    const database = openSqlite({ file, migrations: tables });
    const names = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").all();
    expect(names).toEqual([{ name: 'a' }, { name: 'b' }]);
    database.close();
  });

  it('keeps its old shape when a migration fails', () => {
    expect(() => openSqlite({ file, migrations: [tables[0]!, 'CREATE TABLE a (y INTEGER)'] })).toThrow(
      /already exists/,
    );
    const database = openSqlite({ file, migrations: tables });
    expect(database.prepare('SELECT count(*) AS n FROM b').get()).toEqual({ n: 0 });
    database.close();
  });

  it('is refused when a newer version of the service has made it', () => {
    openSqlite({ file, migrations: tables }).close();
    expect(() => openSqlite({ file, migrations: tables.slice(0, 1) })).toThrow(/newer version/);
  });

  it('is refused to a second owner while the first has it', () => {
    const database = openSqlite({ file, migrations: tables });
    const second = () => openSqlite({ file, migrations: tables, lockTimeoutMs: 0 });
    expect(second).toThrow(/database is locked/);
    database.close();
    second().close();
    expect(existsSync(`${file}-wal`)).toBe(false);
  });

  it('can be read by others meanwhile', () => {
    const database = openSqlite({ file, migrations: tables });
    database.exec('INSERT INTO a VALUES (1)');
    const reader = new DatabaseSync(file, { readOnly: true });
    expect(reader.prepare('SELECT x FROM a').all()).toEqual([{ x: 1 }]);
    reader.close();
    database.close();
  });

  it('names the file that is no database', () => {
    const other = join(directory, 'notes.txt');
    writeFileSync(other, 'This is a text, not a database.'.repeat(100));
    expect(() => openSqlite({ file: other, migrations: tables })).toThrow(
      expect.objectContaining({
        code: 'DATABASE_UNAVAILABLE',
        message: `the SQLite file ${other} could not be opened: file is not a database`,
      }),
    );
  });
});
