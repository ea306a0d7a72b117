import { expect, it } from 'vitest';
import { Coalescer } from './coalescer.ts';

const keys = (items: readonly { readonly key: string }[]) => items.map(({ key }) => key);

/** A database that answers when it is told to. */
function slowDatabase() {
  const statements: { readonly keys: readonly string[]; answer(): void; fail(error: Error): void }[] = [];
  const coalescer = new Coalescer((items: readonly { readonly key: string }[]) => {
    const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
    const answer = () => resolve(items.map(({ key }) => `${key} done`));
    statements.push({ keys: keys(items), answer, fail: reject });
    return promise;
  });
  const run = (...names: readonly string[]) => coalescer.run(names.map((key) => ({ key })));
  return { statements, run };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('what arrives while a statement runs goes into the next one, and all get their own answers', async () => {
  const { statements, run } = slowDatabase();
  const first = [run('a', 'b'), run('c')];
  await turn();
  const second = [run('d'), run(), run('e', 'f')];
  expect(statements.map((each) => each.keys)).toEqual([['a', 'b', 'c']]);
  statements[0]?.answer();
  expect(await Promise.all(first)).toEqual([['a done', 'b done'], ['c done']]);
  expect(statements.map((each) => each.keys)).toEqual([
    ['a', 'b', 'c'],
    ['d', 'e', 'f'],
  ]);
  statements[1]?.answer();
  expect(await Promise.all(second)).toEqual([['d done'], [], ['e done', 'f done']]);
});

it('no key is twice in a statement', async () => {
  const { statements, run } = slowDatabase();
  const both = [run('a', 'b'), run('a')];
  await turn();
  statements[0]?.answer();
  await both[0];
  await turn();
  statements[1]?.answer();
  expect(await Promise.all(both)).toEqual([['a done', 'b done'], ['a done']]);
  expect(statements.map((each) => each.keys)).toEqual([['a', 'b'], ['a']]);
});

it('a statement that fails, fails for all that is in it, and for nothing else', async () => {
  const { statements, run } = slowDatabase();
  const failing = [run('a'), run('b')];
  await turn();
  const next = run('c');
  statements[0]?.fail(new Error('connection refused'));
  await expect(failing[0]).rejects.toThrow('connection refused');
  await expect(failing[1]).rejects.toThrow('connection refused');
  await turn();
  statements[1]?.answer();
  expect(await next).toEqual(['c done']);
});

it('a statement has a thousand keys at most', async () => {
  const { statements, run } = slowDatabase();
  const all = run(...Array.from({ length: 1_500 }, (_, n) => `${n}`));
  await turn();
  statements[0]?.answer();
  await turn();
  statements[1]?.answer();
  expect(await all).toHaveLength(1_500);
  expect(statements.map((each) => each.keys.length)).toEqual([1_000, 500]);
});
