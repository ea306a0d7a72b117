import { expect, it } from 'vitest';
import { spokenDuration } from './spoken-duration.ts';

it.each([
  [-5_000, '0 s'],
  [999, '0 s'],
  [12_900, '12 s'],
  [252_000, '4 min 12 s'],
  [240_000, '4 min'],
  [3_600_000, '1 h'],
  [3_659_000, '1 h'],
  [5_400_000, '1 h 30 min'],
  [183_600_000, '2 d 3 h'],
])('%i ms is %s', (ms, spoken) => {
  expect(spokenDuration(ms)).toBe(spoken);
});
