import { expect, it } from 'vitest';
import { inLanes, type Turn } from './in-lanes.ts';

interface Work extends Turn {
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

it('works on one at a time of those that take turns, and comes to all of them', async () => {
  const takesTurns = 'topic';
  const items = [{ name: 'a', takesTurns }, { name: 'b', takesTurns }, { name: 'c' }, { name: 'd', takesTurns }];
  const { all, begun, end } = working(items, 3);
  expect(begun).toEqual(['a', 'c']);
  await end('c');
  expect(begun).toEqual(['a', 'c']);
  await end('a');
  await end('b');
  await end('d');
  expect(begun).toEqual(['a', 'c', 'b', 'd']);
  await expect(all).resolves.toBeUndefined();
});
