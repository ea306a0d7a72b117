import { expect, it } from 'vitest';
import { FakeKafka } from '../testing/fake-kafka.ts';

function withLetters(): FakeKafka {
  const kafka = new FakeKafka();
  for (const key of ['ann', 'bob', 'ann']) kafka.giveUp(kafka.event({ key }));
  return kafka;
}

it('needs a reason, and to be told which', async () => {
  const kafka = withLetters();
  await expect(kafka.run('discard', '--all')).rejects.toThrow('dlq discard needs --reason');
  await expect(kafka.run('discard', '--all', '--reason', ' ')).rejects.toThrow('dlq discard needs --reason');
  await expect(kafka.run('discard', '--reason', 'late')).rejects.toThrow('needs to be told which');
  expect(kafka.transactions).toEqual([]);
});

it('is written down with who did it and why; nothing goes out, and no replay follows', async () => {
  const kafka = withLetters();
  const args = ['discard', '--key', 'ann', '--reason', 'she has left'];
  expect(await kafka.run(...args, '--dry-run')).toEqual({ code: 0, out: 'would be discarded: 2\n' });
  expect(await kafka.run(...args)).toEqual({ code: 0, out: 'discarded: 2\n' });
  expect(await kafka.run(...args)).toEqual({ code: 0, out: 'discarded: 0\n' });
  expect(kafka.transactions.flat().map(({ topic }) => topic)).toEqual([
    'millrace.dlq-decisions',
    'millrace.dlq-decisions',
  ]);
  expect(await kafka.runJson<object>('replay')).toMatchObject({ replayed: 1 });
  const { out } = await kafka.run('history');
  expect(out.split('\n').slice(0, 3)).toEqual([
    'when                      who       decision   dead letter             code          why',
    '2026-01-01T00:00:00.000Z  operator  discarded  orders.billing.dlq/0/0  API_REJECTED  she has left',
    '2026-01-01T00:00:00.000Z  operator  discarded  orders.billing.dlq/0/2  API_REJECTED  she has left',
  ]);
});

it('history chooses by what a decision is about', async () => {
  const kafka = withLetters();
  await kafka.run('discard', '--key', 'ann', '--reason', 'she has left');
  kafka.nowMs += 60_000;
  await kafka.run('replay');
  const idsOf = async (...options: readonly string[]) =>
    (await kafka.runJson<{ id: string }[]>('history', ...options)).map(({ id }) => Number(id.split('/').at(-1)));
  expect(await idsOf()).toEqual([0, 2, 1]);
  expect(await idsOf('--key', 'bob')).toEqual([1]);
  expect(await idsOf('--until', '2026-01-01T00:00:30Z')).toEqual([0, 2]);
  expect(await idsOf('--since', '2026-01-01T00:00:30Z')).toEqual([1]);
  expect(await idsOf('--topic', 'payments')).toEqual([]);
  expect(await idsOf('--group', 'billing', 'orders.billing.dlq/0/2')).toEqual([2]);
});
