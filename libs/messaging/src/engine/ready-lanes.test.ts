import { describe, expect, it } from 'vitest';
import { ReadyLanes } from './ready-lanes.ts';

interface Named {
  readonly name: string;
}

/** Those of these names, one letter each; capitals are long. */
function push(lanes: ReadyLanes<Named>, names: string): void {
  for (const name of names) lanes.push({ name }, { long: name < 'a' });
}

/** The names of the next ones, in the order in which they have their turns. */
function turns(lanes: ReadyLanes<Named>, count: number): string {
  return Array.from({ length: count }, () => lanes.shift()?.name ?? '-').join('');
}

describe('ready lanes', () => {
  it.each([
    ['abc', 'abc'],
    ['ABC', 'ABC'],
    ['abcdAB', 'AaBbcd'],
    ['ABCDab', 'AaBbCD'],
  ])('%s have their turns in the order %s', (names, order) => {
    const lanes = new ReadyLanes<Named>();
    push(lanes, names);
    expect(turns(lanes, names.length)).toBe(order);
    expect([lanes.size, lanes.shift(), lanes.draw(() => 0)]).toEqual([0, undefined, undefined]);
  });

  it('keep no other out, however often long ones come back', () => {
    const lanes = new ReadyLanes<Named>();
    push(lanes, 'ABabc');
    const order = Array.from({ length: 6 }, () => {
      push(lanes, 'C');
      return turns(lanes, 1);
    });
    expect(order.join('')).toBe('AaBbCc');
  });

  it.each([
    [0, 'A'],
    [0.3, 'B'],
    [0.5, 'a'],
    [1, 'b'],
  ])('are drawn from, long or not: %d gives %s', (drawn, name) => {
    const lanes = new ReadyLanes<Named>();
    push(lanes, 'aAbB');
    expect(lanes.draw(() => drawn)?.name).toBe(name);
    expect(lanes.size).toBe(3);
  });

  it('are forgotten, long or not', () => {
    const lanes = new ReadyLanes<Named>();
    push(lanes, 'Aa');
    lanes.clear();
    expect(lanes.size).toBe(0);
  });
});
