import { userEmailChanged, userRegistered } from '@millrace/contracts';
import type { HttpTarget } from '@millrace/http-client';
import { testConsumer } from '@millrace/testing';
import { describe, expect, it } from 'vitest';
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

describe('in batches', () => {
  const batches = (api: HttpTarget) => consumer(api, { maxSize: 10, maxDelayMs: 50 });
  const users = [1, 2, 3].map((last) => ({ ...user, userId: `${user.userId.slice(0, -1)}${last}` }));
  const hearAll = (test: ReturnType<typeof testConsumer>) =>
    test.hearAll(...users.map((each) => [userRegistered, each] as const));

  it('tells of many events in one call, of each with its own key and place', async () => {
    const test = testConsumer(batches);
    const heard = await hearAll(test);
    expect(heard.map(({ outcome }) => outcome)).toEqual(['completed', 'completed', 'completed']);
    expect(test.calls).toMatchObject([{ method: 'POST', path: '/events/batch', afterMs: 50 }]);
    const sent = heard.map(({ event }, at) => ({
      eventType: 'UserRegistered',
      userId: users[at]?.userId,
      occurredAt: event.time,
      idempotencyKey: `analytics-user-registered:${event.id}`,
      orderKey: users[at]?.userId,
      sequence: at,
    }));
    expect(test.calls[0]?.json).toEqual({ events: sent });
    for (const { calls } of heard) expect(calls).toEqual(test.calls);
  });

  it('takes the answer of each event for itself', async () => {
    const statuses = [200, 422, 503];
    const test = testConsumer(batches, {
      answers: ({ json }) => {
        const { events } = json as { readonly events: readonly { readonly idempotencyKey: string }[] };
        if (events.length === 1) return 200;
        const results = events.map(({ idempotencyKey }, at) => ({ idempotencyKey, status: statuses[at] }));
        return { status: 207, json: { results } };
      },
    });
    const heard = await hearAll(test);
    expect(heard.map(({ outcome }) => outcome)).toEqual(['completed', 'dead-lettered', 'completed']);
    expect(heard.map(({ calls }) => calls.length)).toEqual([1, 1, 2]);
    expect(heard[1]?.deadLetter).toMatchObject({ code: 'API_REJECTED', status: 422, attempts: 1 });
    expect(heard.map(({ failures }) => failures.length)).toEqual([0, 1, 1]);
  });

  it('calls again while the API is away, with the same key, and nothing is given up on', async () => {
    const test = testConsumer(batches, { answers: [503, 'hangs', 503, 200] });
    const heard = await hearAll(test);
    expect(heard.map(({ outcome }) => outcome)).toEqual(['completed', 'completed', 'completed']);
    const [first, second] = test.calls;
    expect(second?.idempotencyKey).toBe(first?.idempotencyKey);
  });

  it('finds those that it rejects among many, and the API is not taken for broken', async () => {
    const many = Array.from({ length: 100 }, (_, at) => ({
      ...user,
      userId: `${user.userId.slice(0, -3)}${100 + at}`,
    }));
    const bad = [3, 30, 60, 90].map((at) => many[at]!.userId);
    const test = testConsumer((api) => consumer(api, { maxSize: 100, maxDelayMs: 50 }), {
      answers: ({ json }) => (bad.some((id) => JSON.stringify(json).includes(id)) ? 400 : 200),
    });
    const heard = await test.hearAll(...many.map((each) => [userRegistered, each] as const));
    const letters = heard.filter(({ outcome }) => outcome === 'dead-lettered');
    expect(letters.map(({ event }) => event.data.userId)).toEqual(bad);
    expect(heard.every(({ tookMs }) => tookMs < 1_000)).toBe(true);
  });

  it('finds the one event that makes the API reject all of them', async () => {
    const test = testConsumer(batches, {
      answers: ({ json }) => (JSON.stringify(json).includes(users[1]!.userId) ? 400 : 200),
    });
    const heard = await hearAll(test);
    expect(heard.map(({ outcome }) => outcome)).toEqual(['completed', 'dead-lettered', 'completed']);
  });
});
