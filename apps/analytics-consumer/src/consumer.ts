import { userEmailChanged, userRegistered } from '@millrace/contracts';
import type { HttpTarget } from '@millrace/http-client';
import { type ConsumerOptions, on } from '@millrace/messaging';
import { trackEvent } from './track-event.ts';

/** The consumer group `analytics`: what happens to users is tracked. */
export const consumer = (api: HttpTarget): ConsumerOptions => ({
  group: 'analytics',
  startAt: 'earliest',
  targets: [api],
  subscriptions: [
    on(userRegistered, trackEvent(api), { name: 'analytics-user-registered' }),
    on(userEmailChanged, trackEvent(api), { name: 'analytics-user-email-changed' }),
  ],
});
