import { userRegistered } from '@millrace/contracts';
import type { HttpTarget } from '@millrace/http-client';
import { type ConsumerOptions, on } from '@millrace/messaging';
import { welcomeEmail } from './welcome-email.ts';

/** The consumer group `notification`: a new user gets a welcome e-mail. */
export const consumer = (api: HttpTarget): ConsumerOptions => ({
  group: 'notification',
  startAt: 'earliest',
  targets: [api],
  subscriptions: [on(userRegistered, welcomeEmail(api), { name: 'notification' })],
});
