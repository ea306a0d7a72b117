import { defineEvent } from '@millrace/messaging';
import { z } from 'zod';
import { userEvents } from './topics.ts';

/** A user exists. */
export const userRegistered = defineEvent({
  type: 'UserRegistered',
  version: 1,
  description: 'A user exists. The e-mail address is there because the welcome e-mail needs it.',
  topic: userEvents.name,
  schema: z.object({ userId: z.uuid(), username: z.string(), email: z.email(), registeredAt: z.iso.datetime() }),
  key: ({ userId }) => userId,
  examples: [
    {
      userId: '0198c1de-5b1c-4e3d-9a3a-4c7d0f3f2a11',
      username: 'ada',
      email: 'ada@example.org',
      registeredAt: '2026-11-21T12:00:00.000Z',
    },
  ],
});
