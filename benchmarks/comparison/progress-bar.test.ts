import { expect, it } from 'vitest';
import { progressBar } from './progress-bar.ts';

it('shows how much is done, and how long the rest takes if it goes on so', () => {
  expect(progressBar(0, 4, 10)).toBe('[░░░░░░░░░░░░░░░░░░░░░░░░] 0 %');
  expect(progressBar(1, 4, 60_000)).toBe('[██████░░░░░░░░░░░░░░░░░░] 25 %, about 3 min left');
  expect(progressBar(3, 4, 30_000)).toBe('[██████████████████░░░░░░] 75 %, about 10 s left');
  expect(progressBar(4, 4, 30_000)).toBe('[████████████████████████] 100 %');
});
