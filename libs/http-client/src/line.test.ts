import { beforeEach, describe, expect, it } from 'vitest';
import { type InLine, Line } from './line.ts';

class Item implements InLine<Item> {
  older: Item | undefined;
  younger: Item | undefined;
  waits = false;
}

let line: Line<Item>;
beforeEach(() => (line = new Line()));

const joined = (waits: boolean) => {
  const item = new Item();
  line.join(item, waits);
  return item;
};

function byAge(): readonly Item[] {
  const items: Item[] = [];
  for (let item = line.oldest; item; item = item.younger) items.push(item);
  return items;
}

describe('a line', () => {
  it('is by age, whoever leaves it from wherever', () => {
    const [first, second, third, fourth] = [joined(false), joined(false), joined(false), joined(false)];
    line.leave(second);
    expect(byAge()).toEqual([first, third, fourth]);
    line.leave(fourth);
    const fifth = joined(false);
    line.leave(first);
    expect(byAge()).toEqual([third, fifth]);
    line.leave(third);
    line.leave(fifth);
    expect(line.oldest).toBeUndefined();
  });

  it('gives those who wait their turn, and they stay', () => {
    const [running, first, second] = [joined(false), joined(true), joined(true)];
    expect(line.waiting).toBe(2);
    expect([line.nextWaiting(), line.nextWaiting(), line.nextWaiting()]).toEqual([first, second, undefined]);
    expect([byAge(), line.waiting]).toEqual([[running, first, second], 0]);
  });

  it('passes over those who have left while they waited', () => {
    const [first, second, third] = [joined(true), joined(true), joined(true)];
    line.leave(first);
    line.leave(second);
    expect([line.waiting, line.nextWaiting(), line.waiting]).toEqual([1, third, 0]);
    const last = joined(true);
    expect([line.nextWaiting(), byAge()]).toEqual([last, [third, last]]);
  });

  it('does not mind one who leaves twice, or was never in it', () => {
    const [first, second] = [joined(false), joined(true)];
    line.leave(second);
    line.leave(second);
    line.leave(new Item());
    expect([byAge(), line.waiting]).toEqual([[first], 0]);
  });
});
