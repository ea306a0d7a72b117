import type { KafkaRecord } from '@millrace/messaging';
import { expect, it } from 'vitest';
import { judgeOutbox } from './outbox-verdict.ts';

const record = (userId: string, eventId: string): KafkaRecord => ({
  topic: 't',
  partition: 0,
  offset: 0,
  key: Buffer.from(userId),
  value: null,
  headers: { ce_id: eventId },
  timestampMs: 0,
});
const appended = ['a1', 'b1', 'a2'].map((eventId) => ({ eventId, userId: eventId.slice(0, 1) }));
const registered = [
  { userId: 'a', changes: 1 },
  { userId: 'b', changes: 0 },
];
const judged = (...ids: string[]) =>
  judgeOutbox({ registered, appended, records: ids.map((id) => record(id.slice(0, 1), id)) });
const clean = { published: 3, lost: [], repeated: 0, unknown: [], outOfOrder: [] };

it('finds nothing where each event is there once in the order of its user', () => {
  expect(judged('b1', 'a1', 'a2')).toEqual(clean);
});

it('counts what is there twice, which is not out of order', () => {
  expect(judged('a1', 'a2', 'a1', 'a2', 'b1')).toEqual({ ...clean, repeated: 2 });
});

it('names what is missing, once', () => {
  expect(judged('b1', 'a1')).toEqual({ ...clean, published: 2, lost: ['a2'] });
});

it('names what was answered and is in no row', () => {
  const input = { registered, appended: appended.slice(0, 2), records: [record('a', 'a1'), record('b', 'b1')] };
  expect(judgeOutbox(input)).toEqual({ ...clean, published: 2, lost: ['an event of user a, answered and in no row'] });
});

it('names users whose events come in another order', () => {
  expect(judged('a2', 'b1', 'a1')).toEqual({ ...clean, outOfOrder: ['a'] });
});

it('names events that nobody has appended', () => {
  expect(judged('a1', 'a2', 'b1', 'b9')).toEqual({ ...clean, published: 4, unknown: ['b9'] });
});
