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
    expect([lanes.size, lanes.shift()]).toEqual([0, undefined]);
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

  it('are forgotten, long or not', () => {
    const lanes = new ReadyLanes<Named>();
    push(lanes, 'Aa');
    lanes.clear();
    expect(lanes.size).toBe(0);
  });
});
