import { expect, it } from 'vitest';
import { seededRandom } from '../testing/seeded-random.ts';
import { type Timer, TimerHeap } from './timer-heap.ts';

const sleepOn = () => undefined;

/** Takes all out, as the times and the order in which they were set. */
function drained(heap: TimerHeap): readonly [atMs: number, order: number][] {
  const out: [number, number][] = [];
  for (let timer = heap.shift(); timer; timer = heap.shift()) out.push([timer.atMs, timer.order]);
  return out;
}

it('gives the next one first, and of equal time the one that was set first', () => {
  const heap = new TimerHeap();
  for (const atMs of [50, 10, 50, 0, 10, 50]) heap.add(atMs, sleepOn);
  expect(heap.first?.atMs).toBe(0);
  expect(drained(heap)).toEqual([
    [0, 3],
    [10, 1],
    [10, 4],
    [50, 0],
    [50, 2],
    [50, 5],
  ]);
  expect([heap.size, heap.first, heap.shift()]).toEqual([0, undefined, undefined]);
});

it('forgets one that is taken out at once, and does not mind when it is out already', () => {
  const heap = new TimerHeap();
  const [one, two, three] = [1, 2, 3].map((atMs) => heap.add(atMs, sleepOn)) as [Timer, Timer, Timer];
  heap.remove(two);
  heap.remove(two);
  expect(heap.size).toBe(2);
  expect(heap.shift()).toBe(one);
  heap.remove(one);
  expect(heap.shift()).toBe(three);
});

it.each(Array.from({ length: 20 }, (_, seed) => seed))(
  'agrees with a sorted list, whatever comes (seed %i)',
  (seed) => {
    const random = seededRandom(seed);
    const heap = new TimerHeap();
    const list: Timer[] = [];
    const step = (adding: number) => {
      const dice = random();
      if (dice < adding) return list.push(heap.add(Math.floor(random() * 50), sleepOn));
      if (dice > 0.8) return [heap.shift(), list.sort(byTime).shift()];
      const [picked] = list.splice(Math.floor(random() * list.length), 1);
      return picked && heap.remove(picked);
    };
    // More come than go in the first half, more go than come in the second.
    const steps = Array.from({ length: 2_000 }, (_, index) => step(index < 1_000 ? 0.6 : 0.3));
    const shifted = steps.filter((pair) => Array.isArray(pair));
    expect(shifted.filter(([fromHeap, fromList]) => fromHeap !== fromList)).toEqual([]);
    expect(shifted.length).toBeGreaterThan(100);
    expect(drained(heap)).toEqual(list.sort(byTime).map(({ atMs, order }) => [atMs, order]));
  },
);

function byTime(one: Timer, other: Timer): number {
  return one.atMs - other.atMs || one.order - other.order;
}
