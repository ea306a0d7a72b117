import { expect, it } from 'vitest';
import { eventId, readCallId } from './call-id.ts';

it.each(['k12~3', 'name:k12~3', '"name:k12~3"'])('finds the id in %s', (key) => {
  expect(readCallId(key)).toEqual({ key: 12, sequence: 3 });
});

it.each(['', 'k12', '12~3', 'k~3'])('finds none in %j', (key) => expect(readCallId(key)).toBeUndefined());

it('reads what it writes', () => {
  expect(readCallId(eventId({ key: 999_999, sequence: 123_456 }))).toEqual({ key: 999_999, sequence: 123_456 });
});
