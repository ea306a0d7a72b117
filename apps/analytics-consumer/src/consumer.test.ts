import { userEmailChanged, userRegistered } from '@millrace/contracts';
import { testConsumer } from '@millrace/testing';
import { expect, it } from 'vitest';
import { consumer } from './consumer.ts';

const [user] = userRegistered.examples;
const [change] = userEmailChanged.examples;

it('tracks a registration and a new e-mail address: what, who and when, and no personal data', async () => {
  const heard = await testConsumer(consumer).hearAll([userRegistered, user], [userEmailChanged, change]);
  expect(heard.map(({ outcome }) => outcome)).toEqual(['completed', 'completed']);
  const [{ calls: registered, event }, { calls: changed, event: later }] = heard;
  const post = { method: 'POST', path: '/events/track' };
  expect(registered).toEqual([
    expect.objectContaining({
      ...post,
      json: { eventType: 'UserRegistered', userId: user.userId, occurredAt: event.time },
      idempotencyKey: `analytics-user-registered:${event.id}`,
    }),
  ]);
  expect(changed).toEqual([
    expect.objectContaining({
      ...post,
      json: { eventType: 'UserEmailChanged', userId: change.userId, occurredAt: later.time },
      idempotencyKey: `analytics-user-email-changed:${later.id}`,
    }),
  ]);
});

it("keeps one user's events in order while the API fails, each with a key of its own", async () => {
  const test = testConsumer(consumer, { answers: [503, 503, 200] });
  await test.hearAll([userRegistered, user], [userEmailChanged, change]);
  expect(test.calls.map(({ json, attempt }) => [json, attempt])).toEqual([
    [expect.objectContaining({ eventType: 'UserRegistered' }), 1],
    [expect.objectContaining({ eventType: 'UserRegistered' }), 2],
    [expect.objectContaining({ eventType: 'UserRegistered' }), 3],
    [expect.objectContaining({ eventType: 'UserEmailChanged' }), 1],
  ]);
  expect(new Set(test.calls.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(2);
});

it('counts an event once, however often it is delivered', async () => {
  const test = testConsumer(consumer);
  const { event } = await test.hear(userRegistered, user);
  await test.hear(userRegistered, user, { id: event.id });
  expect(test.calls).toHaveLength(2);
  expect(test.effects).toHaveLength(1);
});

it('gives up at once on what the API rejects', async () => {
  const { outcome, calls, deadLetter } = await testConsumer(consumer, { answers: [422] }).hear(userRegistered, user);
  expect(outcome).toBe('dead-lettered');
  expect(calls).toHaveLength(1);
  expect(deadLetter).toMatchObject({ code: 'API_REJECTED', status: 422 });
});
