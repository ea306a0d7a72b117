import { expect, it } from 'vitest';
import { chooseEvents } from './choose-events.ts';

const event = (type: string) => ({ type, topic: 'orders', contract: type, fields: [] });
const known = ['OrderPlaced', 'OrderPaid', 'OrderSent'].map(event);
const chosen = (...wanted: readonly string[]) => chooseEvents(wanted, known).map(({ type }) => type);

it('events are named several times, or separated by commas; each counts once, in the order named', () => {
  expect(chosen('OrderPaid')).toEqual(['OrderPaid']);
  expect(chosen('OrderSent', 'OrderPlaced')).toEqual(['OrderSent', 'OrderPlaced']);
  expect(chosen('OrderSent, OrderPaid,', 'OrderSent')).toEqual(['OrderSent', 'OrderPaid']);
});

it('an unknown event is named, with those there are', () => {
  expect(() => chosen('OrderPaid', 'orderPlaced')).toThrow(
    'No event is called orderPlaced. There are: OrderPlaced, OrderPaid, OrderSent.',
  );
});

it.each([[], [''], [' , ']])('no event (%o) is asked for, with those there are', (...wanted) => {
  expect(() => chosen(...wanted)).toThrow(
    'Which event is it to hear? Add --event <event>. There are: OrderPlaced, OrderPaid, OrderSent.',
  );
});
