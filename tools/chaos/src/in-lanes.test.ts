import { expect, it } from 'vitest';
import { inLanes } from './in-lanes.ts';

interface Work {
  readonly name: string;
}

/** Works that end when they are told to. */
function working(items: readonly Work[], lanes: number) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const all = inLanes(items, lanes, async ({ name }) => {
    begun.push(name);
    const over = Promise.withResolvers<void>();
    ends.set(name, over.resolve);
    await over.promise;
  });
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.();
    await new Promise(setImmediate);
  };
  return { all, begun, end };
}

it('works on so many at a time, in order', async () => {
  const { all, begun, end } = working([{ name: 'a' }, { name: 'b' }, { name: 'c' }], 2);
  expect(begun).toEqual(['a', 'b']);
  await end('b');
  expect(begun).toEqual(['a', 'b', 'c']);
  await Promise.all([end('a'), end('c')]);
  await expect(all).resolves.toBeUndefined();
});
