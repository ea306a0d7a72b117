import { expect, it } from 'vitest';
import { maxMapLength } from '../offsets/offset-map.ts';
import { decodePlace, encodePlace } from './stored-place.ts';

it.each([
  [{ partitionsThen: 12, metadata: '' }, '12/'],
  [{ partitionsThen: 1_000_000, metadata: 'mr1.4/7' }, '1000000/mr1.4/7'],
])('%o is stored as %s', (place, stored) => {
  expect(encodePlace(place)).toBe(stored);
  expect(decodePlace(stored)).toEqual(place);
});

it.each(['', 'of another client', '/7', '12', '-1/x', '12345678/x', '1.5/x'])(
  '%j says nothing of partitions',
  (stored) => {
    expect(decodePlace(stored)).toEqual({ partitionsThen: undefined, metadata: stored });
  },
);

it('a map of any length fits beside the number, as far as Kafka takes it by default', () => {
  expect(encodePlace({ partitionsThen: 1_000_000, metadata: 'm'.repeat(maxMapLength) })).toHaveLength(4_096);
});
