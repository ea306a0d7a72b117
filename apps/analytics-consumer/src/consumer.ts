import { userEmailChanged, userRegistered } from '@millrace/contracts';
import type { HttpTarget } from '@millrace/http-client';
import {
  type BatchLimits,
  type ConsumerOptions,
  type EventContract,
  on,
  onBatch,
  type Subscription,
} from '@millrace/messaging';
import { trackEvent } from './track-event.ts';
import { trackEvents } from './track-events.ts';

/** The consumer group `analytics`: what happens to users is tracked, in a call for each event, or in batches of them. */
export const consumer = (api: HttpTarget, batches?: BatchLimits): ConsumerOptions => {
  const track = <Data extends { readonly userId: string }>(
    contract: EventContract<Data>,
    name: string,
  ): Subscription<Data> =>
    batches ? onBatch(contract, trackEvents(api), { name, ...batches }) : on(contract, trackEvent(api), { name });
  return {
    group: 'analytics',
    startAt: 'earliest',
    targets: [api],
    subscriptions: [
      track(userRegistered, 'analytics-user-registered'),
      track(userEmailChanged, 'analytics-user-email-changed'),
    ],
  };
};
