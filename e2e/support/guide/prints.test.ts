import { expect, it } from 'vitest';
import { missingFrom } from './prints.ts';

const printed = [
  'Starting',
  '  \u001b[32m2 passed\u001b[39m (2)',
  '{"id":"7f","name":"ada"},',
  'done in 3.1 s',
  '',
].join('\n');

it.each([
  ['one of its lines', ['done in 3.1 s']],
  ['lines with others in between', ['Starting', 'done in 3.1 s']],
  ['lines without their colours and indentation', ['2 passed (2)']],
  ['lines with anything at the dots', ['{"id":"…","name":"ada"}…', 'done in … s']],
  ['nothing in particular', []],
])('an output has %s', (_, shows) => {
  expect(missingFrom(printed, shows)).toBeUndefined();
});

it.each([
  ['a line that is not there', ['Starting', 'stopped'], 'stopped'],
  ['a part of a line', ['passed (2)'], 'passed (2)'],
  ['lines in another order', ['done in 3.1 s', 'Starting'], 'Starting'],
  ['a line more often than it is there', ['Starting', 'Starting'], 'Starting'],
  ['a line that would fit as a pattern', ['done in 3x1 s'], 'done in 3x1 s'],
  ['other text around the dots', ['done in … ms'], 'done in … ms'],
])('an output lacks %s', (_, shows, missing) => {
  expect(missingFrom(printed, shows)).toBe(missing);
});
