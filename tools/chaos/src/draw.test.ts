import { seededRandom } from '@millrace/messaging/testing';
import { expect, it } from 'vitest';
import { between, oneOf, seedOf, shuffled } from './draw.ts';

it('draws the same for the same seed and name, and otherwise for another name', () => {
  const draws = (seed: number, name: string) => {
    const random = seededRandom(seedOf(seed, name));
    return [between(random, 1, 1_000), oneOf(random, ['a', 'b', 'c']), shuffled(random, [1, 2, 3, 4, 5])];
  };
  expect(draws(7, 'zombie')).toEqual(draws(7, 'zombie'));
  expect(draws(7, 'zombie')).not.toEqual(draws(7, 'scale'));
  expect(draws(7, 'zombie')).not.toEqual(draws(8, 'zombie'));
});

it('draws what lies between, both ends included', () => {
  expect([between(() => 0, 3, 5), between(() => 0.999, 3, 5)]).toEqual([3, 5]);
});

it('has all of them in the order that it draws', () => {
  expect(shuffled(seededRandom(1), [1, 2, 3]).toSorted((a, b) => a - b)).toEqual([1, 2, 3]);
});
