import { defineEvent } from '@millrace/messaging';
import { z } from 'zod';

/** The event of this library's tests: counts up per key. */
export const counted = defineEvent({
  type: 'Counted',
  version: 1,
  description: 'Somebody counted on.',
  topic: 'counts',
  schema: z.strictObject({ key: z.string(), count: z.number() }),
  key: ({ key }) => key,
  examples: [{ key: 'a', count: 1 }],
});

/** The data of one {@link counted}. */
export interface Count {
  readonly key: string;
  readonly count: number;
}
