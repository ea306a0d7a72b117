import { expect, it } from 'vitest';
import { hearersOf } from './hearers-of.ts';

it('tells the APIs that hear of an event by the subscriptions of their apps, in the order asked', async () => {
  expect(await hearersOf('UserRegistered', ['notification', 'analytics'])).toEqual(['notification', 'analytics']);
  expect(await hearersOf('UserEmailChanged', ['notification', 'analytics'])).toEqual(['analytics']);
  expect(await hearersOf('NeverHappened', ['notification', 'analytics'])).toEqual([]);
});
