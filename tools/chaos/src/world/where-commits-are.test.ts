import { expect, it } from 'vitest';
import { commitsPartitionOf } from './where-commits-are.ts';

// the hashes as Java's "…".hashCode() has them, the second and third negative
it.each([
  ['a', 97 % 50],
  ['polygenelubricants', 0],
  ['kill-points-1-test-6bf92df7', 2],
])('finds the partition of group %s', (group, partition) => {
  expect(commitsPartitionOf(group, group === 'kill-points-1-test-6bf92df7' ? 8 : 50)).toBe(partition);
});
