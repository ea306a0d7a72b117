import { describe, expect, it } from 'vitest';
import { Fifo } from './fifo.ts';
import { seededRandom } from '../testing/seeded-random.ts';

const drain = <Item extends object>(fifo: Fifo<Item>) => {
  const items: Item[] = [];
  for (let item = fifo.shift(); item; item = fifo.shift()) items.push(item);
  return items;
};

describe('Fifo', () => {
  it('gives back what was pushed, first in, first out, and undefined when empty', () => {
    const [a, b] = [{ a: 1 }, { b: 2 }];
    const fifo = new Fifo<object>();
    fifo.push(a);
    fifo.push(b);
    expect(fifo.size).toBe(2);
    expect(drain(fifo)).toEqual([a, b]);
    expect(fifo.size).toBe(0);
    expect(fifo.shift()).toBeUndefined();
  });

  it('holds nothing once it is cleared, and goes on', () => {
    const fifo = new Fifo<{ number: number }>();
    for (const number of [1, 2, 3]) fifo.push({ number });
    fifo.shift();
    fifo.clear();
    expect(fifo.size).toBe(0);
    expect(fifo.shift()).toBeUndefined();
    fifo.push({ number: 4 });
    expect(drain(fifo)).toEqual([{ number: 4 }]);
  });

  it('gives the one at a place, each once', () => {
    const items = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name }));
    const fifo = new Fifo<object>();
    for (const item of items) fifo.push(item);
    fifo.shift();
    const taken = [3, 0, 1, 0].map((place) => fifo.take(place));
    expect(taken[0]).toEqual({ name: 'e' });
    expect(new Set(taken)).toEqual(new Set(items.slice(1)));
    expect([fifo.size, fifo.shift()]).toEqual([0, undefined]);
  });

  it('behaves like an array over any mixture of pushes and shifts', () => {
    const random = seededRandom(7);
    const fifo = new Fifo<object>();
    const model: object[] = [];
    const taken: unknown[][] = [];
    const sizes: number[][] = [];
    for (let step = 0; step < 5_000; step++) {
      if (random() < 0.5) {
        const item = { step };
        fifo.push(item);
        model.push(item);
      } else {
        taken.push([fifo.shift(), model.shift()]);
      }
      sizes.push([fifo.size, model.length]);
    }
    expect(taken.filter(([ours, theirs]) => ours !== theirs)).toEqual([]);
    expect(sizes.filter(([ours, theirs]) => ours !== theirs)).toEqual([]);
    expect(taken.length).toBeGreaterThan(1_000);
  });
});
