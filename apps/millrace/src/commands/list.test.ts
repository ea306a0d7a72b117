import { expect, it } from 'vitest';
import { FakeKafka } from '../testing/fake-kafka.ts';

/** Five dead letters of two codes and two types, given up on at hourly times. */
function withLetters(): FakeKafka {
  const kafka = new FakeKafka();
  const keys = ['ann', 'bob', 'ann', 'cat', 'ann'];
  for (const [at, key] of keys.entries()) {
    const record = kafka.event({ key, type: at === 3 ? 'OrderPaid' : 'OrderPlaced' });
    kafka.giveUp(record, { code: at < 2 ? 'API_TIMEOUT' : 'API_REJECTED', at: `2026-01-01T0${at}:00:00Z` });
  }
  return kafka;
}

interface Listed {
  readonly total: number;
  readonly counts: object;
  readonly letters: readonly { readonly id: string; readonly decision?: object }[];
}

const idsOf = ({ letters }: Listed) => letters.map(({ id }) => Number(id.split('/').at(-1)));

it('counts by code, most first, and shows the oldest with nothing of what is in the record', async () => {
  const { out, code } = await withLetters().run('list', '--limit', '2');
  expect(code).toBe(0);
  expect(out).toBe(
    [
      '3  API_REJECTED',
      '2  API_TIMEOUT',
      '5  in all',
      '',
      'dead letter             given up on               code         type         key  replays  decision  message',
      'orders.billing.dlq/0/0  2026-01-01T00:00:00.000Z  API_TIMEOUT  OrderPlaced  ann  0        -         POST /invoices answered 422',
      'orders.billing.dlq/0/1  2026-01-01T01:00:00.000Z  API_TIMEOUT  OrderPlaced  bob  0        -         POST /invoices answered 422',
      '… and 3 more; --limit shows more',
      '',
    ].join('\n'),
  );
});

it.each<readonly [string, readonly string[], readonly number[]]>([
  ['codes', ['--code', 'API_TIMEOUT'], [0, 1]],
  ['several codes', ['--code', 'API_TIMEOUT', '--code', 'API_REJECTED'], [0, 1, 2, 3, 4]],
  ['a key', ['--key', 'ann'], [0, 2, 4]],
  ['a type', ['--type', 'OrderPaid'], [3]],
  ['a time from which on', ['--since', '2026-01-01T03:00:00Z'], [3, 4]],
  ['a time until which', ['--until', '2026-01-01T03:00:00Z'], [0, 1, 2]],
  ['all of it together', ['--key', 'ann', '--code', 'API_REJECTED', '--since', '2026-01-01T03:00:00Z'], [4]],
  ['their ids', ['orders.billing.dlq/0/1', 'orders.billing.dlq/0/3'], [1, 3]],
  ['their topic', ['--topic', 'orders'], [0, 1, 2, 3, 4]],
  ['another topic', ['--topic', 'order'], []],
  ['another group', ['--group', 'crm'], []],
])('chooses by %s', async (_, options, expected) => {
  expect(idsOf(await withLetters().runJson<Listed>('list', ...options))).toEqual(expected);
});

it('tells topics apart of which one begins with the name of another', async () => {
  const kafka = withLetters();
  const record = { ...kafka.event({ key: 'eve' }), topic: 'orders.eu' };
  kafka.giveUp(record);
  expect(await kafka.runJson('list')).toMatchObject({ total: 6 });
  expect(await kafka.runJson('list', '--topic', 'orders')).toMatchObject({ total: 5 });
  expect(await kafka.runJson('list', '--group', 'billing', '--topic', 'orders.eu')).toMatchObject({ total: 1 });
  await kafka.run('discard', '--all', '--reason', 'gone', '--topic', 'orders');
  expect(await kafka.runJson('list')).toMatchObject({ total: 1 });
  expect(await kafka.runJson('history', '--topic', 'orders.eu')).toEqual([]);
});

it('leaves out what was decided, unless all are asked for', async () => {
  const kafka = withLetters();
  await kafka.run('discard', '--reason', 'too late', '--key', 'ann');
  expect(await kafka.runJson<Listed>('list')).toMatchObject({ total: 2, counts: { API_TIMEOUT: 1, API_REJECTED: 1 } });
  const all = await kafka.runJson<Listed>('list', '--all', '--key', 'ann');
  expect(all.letters.map(({ decision }) => decision)).toEqual(
    [0, 1, 2].map(
      () => expect.objectContaining({ decision: 'discarded', by: 'operator', reason: 'too late' }) as object,
    ),
  );
});

it('believes no decision about another letter at the same place of a topic that was made anew', async () => {
  const kafka = withLetters();
  await kafka.run('discard', '--reason', 'too late', '--all');
  kafka.log('orders.billing.dlq').length = 0;
  kafka.nowMs += 1_000;
  kafka.giveUp(kafka.event({ key: 'new' }));
  expect(idsOf(await kafka.runJson<Listed>('list'))).toEqual([0]);
});

it('says so where there are none, and passes over what is no dead letter', async () => {
  const kafka = new FakeKafka();
  kafka.append({ topic: 'orders.billing.dlq', partition: 0, key: null, value: null, headers: {} });
  expect(await kafka.run('list')).toEqual({ code: 0, out: 'no dead letters\n' });
});

it('lets nothing that others wrote do more on a terminal than be read', async () => {
  const kafka = new FakeKafka();
  kafka.giveUp(kafka.event({ key: 'a\u001b[2Jb\nc' }));
  expect((await kafka.run('list')).out).toContain('a�[2Jb�c');
});
