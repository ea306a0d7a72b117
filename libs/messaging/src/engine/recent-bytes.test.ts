import { expect, it } from 'vitest';
import { RecentBytes } from './recent-bytes.ts';

/** What 100 deliveries of `bytes` and 10 offsets each returned, where the newest 800 bytes count; by their number. */
function returned(bytes: number): readonly (readonly [delivery: number, below: number])[] {
  const recent = new RecentBytes();
  return Array.from(
    { length: 100 },
    (_, at) => [at + 1, recent.note({ to: 10 * (at + 1), bytes }, 800)] as const,
  ).filter((each): each is [number, number] => each[1] !== undefined);
}

it('knows what was followed by so many bytes, and tells of it in steps of an eighth', () => {
  const all = returned(10);
  expect(all.slice(0, 2)).toEqual([
    [90, 100],
    [100, 200],
  ]);
});

it('says nothing while there were not so many', () => {
  expect(returned(7)).toEqual([]);
});

it('takes each delivery by itself where one is more than a step', () => {
  const all = returned(1_000);
  expect(all[0]).toEqual([2, 10]);
  expect(all.at(-1)).toEqual([100, 990]);
  expect(all).toHaveLength(99);
});
