import { defineEvent } from '@millrace/messaging';
import { z } from 'zod';
import { userEvents } from './topics.ts';

/** A user has another e-mail address now. */
export const userEmailChanged = defineEvent({
  type: 'UserEmailChanged',
  version: 1,
  description:
    'A user has another e-mail address now. The address itself is left out: nobody who hears of it needs it.',
  topic: userEvents.name,
  schema: z.object({ userId: z.uuid(), changedAt: z.iso.datetime() }),
  key: ({ userId }) => userId,
  examples: [{ userId: '0198c1de-5b1c-4e3d-9a3a-4c7d0f3f2a11', changedAt: '2026-11-21T12:05:00.000Z' }],
});
