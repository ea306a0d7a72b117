import { defineEvent } from '@millrace/messaging';
import { z } from 'zod';
import { userEvents } from './topics.ts';

/** A user has another e-mail address now. The address itself is left out: nobody who hears of it needs it. */
export const userEmailChanged = defineEvent({
  type: 'UserEmailChanged',
  version: 1,
  topic: userEvents.name,
  schema: z.object({ userId: z.uuid(), changedAt: z.iso.datetime() }),
  key: ({ userId }) => userId,
});
