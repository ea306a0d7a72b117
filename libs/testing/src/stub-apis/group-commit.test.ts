import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { GroupCommit } from './group-commit.ts';

function opened() {
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE words (word TEXT UNIQUE) STRICT');
  const insert = database.prepare('INSERT INTO words VALUES (?)');
  let commits = 0;
  const commit = new GroupCommit(database, () => void (commits += 1));
  const add = (word: string) => commit.run(() => insert.run(word).lastInsertRowid);
  const words = () =>
    database
      .prepare('SELECT word FROM words')
      .all()
      .map((row) => row['word']);
  return { add, commit, words, commits: () => commits };
}

describe('a group commit', () => {
  it('commits all work of a turn at once, in order, and gives each its result', async () => {
    const { add, words, commits } = opened();
    expect(await Promise.all(['b', 'a', 'c'].map(add))).toEqual([1, 2, 3]);
    expect(words()).toEqual(['b', 'a', 'c']);
    expect(commits()).toBe(1);
  });

  it('commits nothing of a turn in which one piece of work fails, tells all, and goes on', async () => {
    const { add, words } = opened();
    const results = await Promise.allSettled(['a', 'b', 'b'].map(add));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(words()).toEqual([]);
    await add('d');
    expect(words()).toEqual(['d']);
  });

  it('can be asked to commit at once', async () => {
    const { add, commit, words } = opened();
    const added = add('a');
    commit.flush();
    expect(words()).toEqual(['a']);
    await added;
  });
});
