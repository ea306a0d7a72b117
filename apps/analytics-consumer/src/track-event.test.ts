import { userEmailChanged, userRegistered } from '@millrace/contracts';
import type { HttpTarget } from '@millrace/http-client';
import { createEvent, type HandlerContext, ServiceError } from '@millrace/messaging';
import { createLogger } from '@millrace/telemetry';
import { expect, it, vi } from 'vitest';
import { trackEvent } from './track-event.ts';

const userId = '0198c1de-5b1c-4e3d-9a3a-4c7d0f3f2a11';
const now = new Date('2026-11-21T12:00:00.000Z');
const at = now.toISOString();
const origin = { source: '/user-service', now };
const user = { userId, username: 'ada', email: 'ada@example.org', registeredAt: at };
const events = [
  createEvent(userRegistered, user, origin),
  createEvent(userEmailChanged, { userId, changedAt: at }, origin),
];

const context: HandlerContext = {
  signal: new AbortController().signal,
  attempt: 1,
  idempotencyKey: 'analytics:1',
  order: { key: userId, sequence: 0 },
  log: createLogger({ service: 'test', level: 'silent' }),
};

it.each(events)('tracks $type: what, who and when, and no personal data', async (event) => {
  const post = vi.fn<HttpTarget['post']>().mockResolvedValue({ status: 200, headers: {}, body: {} });
  await trackEvent({ post })(event, context);
  const json = { eventType: event.type, userId, occurredAt: at };
  expect(post.mock.calls).toEqual([['/events/track', json, context]]);
});

it('fails as the API fails, so that the event is not lost', async () => {
  const rejected = new ServiceError('API_REJECTED', 'POST /events/track answered 422', { status: 422 });
  const post = vi.fn<HttpTarget['post']>().mockRejectedValue(rejected);
  await expect(trackEvent({ post })(events[0]!, context)).rejects.toBe(rejected);
});
