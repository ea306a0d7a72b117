import { expect, it } from 'vitest';
import { processorTimeOf, stolenPart } from './stolen-time.ts';

it('the part of the processors that the host has taken, between two looks', () => {
  const before = processorTimeOf('cpu  100 10 50 800 20 0 10 10 7 3\ncpu0 1 2 3 4 5 6 7 8 9 10\n');
  const after = processorTimeOf('cpu  150 10 60 820 20 0 10 30 9 3\n');
  expect(before).toEqual({ all: 1_000, stolen: 10 });
  expect(stolenPart(before, after)).toBe(0.2);
  expect(stolenPart(before, before)).toBeUndefined();
  expect(stolenPart(undefined, after)).toBeUndefined();
});
