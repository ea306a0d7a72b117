import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inTransaction } from './sqlite-transaction.ts';

let database: DatabaseSync;

beforeEach(() => {
  database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE a (x INTEGER UNIQUE) STRICT');
});

afterEach(() => database.close());

const insert = (x: number) => database.prepare('INSERT INTO a VALUES (?)').run(x);
const stored = () => database.prepare('SELECT x FROM a').all();

describe('a transaction', () => {
  it('is kept when its work returns, and gives what the work gave', () => {
    expect(inTransaction(database, () => insert(1).changes)).toBe(1);
    expect([stored(), database.isTransaction]).toEqual([[{ x: 1 }], false]);
  });

  it('leaves nothing when its work throws, and the connection ready for the next', () => {
    const work = () => {
      insert(1);
      throw new RangeError('no');
    };
    expect(() => inTransaction(database, work)).toThrow(new RangeError('no'));
    inTransaction(database, () => insert(2));
    expect(stored()).toEqual([{ x: 2 }]);
  });

  it('says so when the database refuses a statement', () => {
    insert(1);
    expect(() => inTransaction(database, () => insert(1))).toThrow(
      expect.objectContaining({
        code: 'DATABASE_UNAVAILABLE',
        message: 'SQLite did not carry out a statement: UNIQUE constraint failed: a.x',
      }),
    );
  });

  it('says so when the commit fails, and keeps nothing', () => {
    database.exec('CREATE TABLE b (y INTEGER REFERENCES a (x) DEFERRABLE INITIALLY DEFERRED) STRICT');
    const orphan = () => database.exec('INSERT INTO b VALUES (7)');
    expect(() => inTransaction(database, orphan)).toThrow(/FOREIGN KEY/);
    expect(database.isTransaction).toBe(false);
  });
});
