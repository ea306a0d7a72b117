import { defineEvent } from '@millrace/messaging';
import { z } from 'zod';
import { userEvents } from './topics.ts';

/** A user exists. The e-mail address is there because the welcome e-mail needs it. */
export const userRegistered = defineEvent({
  type: 'UserRegistered',
  version: 1,
  topic: userEvents.name,
  schema: z.object({ userId: z.uuid(), username: z.string(), email: z.email(), registeredAt: z.iso.datetime() }),
  key: ({ userId }) => userId,
});
