import { defineEvent, type EventContract } from '@millrace/messaging';
import { z } from 'zod';

/** One of a row of events: those of a key are numbered from 0. */
export interface RowData {
  readonly key: string;
  readonly number: number;
}

export function rowEvent(topic: string): EventContract<RowData> {
  return defineEvent({
    type: 'RowContinued',
    version: 1,
    description: 'The next one of a row.',
    topic,
    schema: z.object({ key: z.string(), number: z.int() }),
    key: ({ key }) => key,
    examples: [{ key: 'a', number: 0 }],
  });
}
