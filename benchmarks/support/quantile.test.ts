import { describe, expect, it } from 'vitest';
import { quantile } from './quantile.ts';

describe('a quantile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  it.each([
    { q: 0, value: 1 },
    { q: 0.5, value: 50 },
    { q: 0.99, value: 99 },
    { q: 0.991, value: 100 },
    { q: 1, value: 100 },
  ])('$q of 1 to 100 in any order is $value', ({ q, value }) => expect(quantile(hundred, q)).toBe(value));

  it('of one value is that value', () => expect(quantile([7], 0.99)).toBe(7));

  it('of nothing is not a number', () => expect(quantile([], 0.5)).toBeNaN());
});
