import { userEmailChanged, userRegistered } from '@millrace/contracts';
import { testConsumer } from '@millrace/testing';
import { expect, it } from 'vitest';
import { consumer } from './consumer.ts';

const [user] = userRegistered.examples;
const [change] = userEmailChanged.examples;

it('asks for a welcome e-mail to the new user, once', async () => {
  const { outcome, calls, event } = await testConsumer(consumer).hear(userRegistered, user);
  expect(outcome).toBe('completed');
  expect(calls).toEqual([
    expect.objectContaining({
      method: 'POST',
      path: '/emails/send',
      json: { to: user.email, template: 'welcome', username: user.username },
      idempotencyKey: `notification:${event.id}`,
    }),
  ]);
});

it('tries again when the API fails, with the same idempotency key', async () => {
  const { outcome, calls, event } = await testConsumer(consumer, { answers: [503, 'hangs', 202] }).hear(
    userRegistered,
    user,
  );
  expect(outcome).toBe('completed');
  expect(calls.map(({ attempt, answered }) => [attempt, answered])).toEqual([
    [1, 503],
    [2, 'hangs'],
    [3, 202],
  ]);
  expect(new Set(calls.map(({ idempotencyKey }) => idempotencyKey))).toEqual(new Set([`notification:${event.id}`]));
});

it('gives up at once on an e-mail that the API rejects', async () => {
  const { outcome, calls, deadLetter } = await testConsumer(consumer, { answers: [422] }).hear(userRegistered, user);
  expect(outcome).toBe('dead-lettered');
  expect(calls).toHaveLength(1);
  expect(deadLetter).toMatchObject({ code: 'API_REJECTED', message: 'POST /emails/send answered 422' });
});

it('leaves a new e-mail address to others', async () => {
  const { outcome, calls } = await testConsumer(consumer).hear(userEmailChanged, change);
  expect(outcome).toBe('skipped');
  expect(calls).toEqual([]);
});
