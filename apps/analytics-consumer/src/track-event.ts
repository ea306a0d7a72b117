import type { HttpTarget } from '@millrace/http-client';
import type { Handler } from '@millrace/messaging';

/** Tells the analytics API that something happened to a user: what, to whom and when, and nothing else of the user. */
export const trackEvent =
  (api: Pick<HttpTarget, 'post'>): Handler<{ readonly userId: string }> =>
  async ({ type, time, data: { userId } }, context) => {
    await api.post('/events/track', { eventType: type, userId, occurredAt: time }, context);
  };
