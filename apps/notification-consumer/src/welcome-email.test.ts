import { userRegistered } from '@millrace/contracts';
import type { HttpTarget } from '@millrace/http-client';
import { createEvent, type HandlerContext, ServiceError } from '@millrace/messaging';
import { createLogger } from '@millrace/telemetry';
import { expect, it, vi } from 'vitest';
import { welcomeEmail } from './welcome-email.ts';

const event = createEvent(
  userRegistered,
  {
    userId: '0198c1de-5b1c-4e3d-9a3a-4c7d0f3f2a11',
    username: 'ada',
    email: 'ada@example.org',
    registeredAt: '2026-11-21T12:00:00.000Z',
  },
  { source: '/user-service' },
);

const context: HandlerContext = {
  signal: new AbortController().signal,
  attempt: 2,
  idempotencyKey: `notification:${event.id}`,
  order: { key: event.subject, sequence: 0 },
  log: createLogger({ service: 'test', level: 'silent' }),
};

it('asks for a welcome e-mail to the new user, once, with all that makes the call safe to repeat', async () => {
  const post = vi.fn<HttpTarget['post']>().mockResolvedValue({ status: 202, headers: {}, body: undefined });
  await welcomeEmail({ post })(event, context);
  const json = { to: 'ada@example.org', template: 'welcome', username: 'ada' };
  expect(post.mock.calls).toEqual([['/emails/send', json, context]]);
});

it('fails as the API fails, so that the event is not lost', async () => {
  const unavailable = new ServiceError('API_UNAVAILABLE', 'POST /emails/send answered 503', { status: 503 });
  const post = vi.fn<HttpTarget['post']>().mockRejectedValue(unavailable);
  await expect(welcomeEmail({ post })(event, context)).rejects.toBe(unavailable);
});
