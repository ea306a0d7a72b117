import { noFacts } from '@millrace/testing/simulator';
import { expect, it } from 'vitest';
import { factsTable } from './facts-table.ts';

it('shows how much was run, how fast, and all that the runs contained', () => {
  const lines = factsTable({ ...noFacts(), records: 1_234_567, crashes: 3 }, 100, 2.5).split('\n');
  expect(lines.slice(0, 4).map((line) => line.replace(/ +/g, ' '))).toEqual([
    'seeds 100',
    'seconds 2.5',
    'ms per seed 25',
    'records 1,234,567',
  ]);
  expect(lines).toHaveLength(3 + Object.keys(noFacts()).length);
});
