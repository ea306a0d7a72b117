import { z } from 'zod';
import type { Answer } from './answer.ts';
import { type Call, name, trackedEvent } from './call.ts';

/** Where an API takes many events in one call. */
export const batchPath = '/events/batch';

/** One event of a batch: as it is tracked, with what the headers of a call of its own would say. */
const batchedEvent = trackedEvent.extend({
  idempotencyKey: name.describe('Events with the same one have one effect, in whatever batch.'),
  orderKey: name
    .optional()
    .describe('Of the events of one key, one at most is in a batch, and in all that wait for an answer.'),
  sequence: z
    .int()
    .min(0)
    .optional()
    .describe('Rises from effect to effect of one order key; says nothing without one.'),
});

const example = {
  eventType: 'UserRegistered',
  userId: '0198c1de-5b1c-4e3d-9a3a-4c7d0f3f2a11',
  idempotencyKey: 'event-1',
};

/** What a call to track many events has in its body. */
export const trackedEvents = z
  .looseObject(
    { events: z.array(batchedEvent).min(1, 'is empty').max(10_000, 'is at most 10000 events') },
    'is an object',
  )
  .meta({ examples: [{ events: [example] }] });

/** What became of one event of a batch, in the order of the events. */
export const itemResult = z.object({
  idempotencyKey: z.string(),
  status: z.int().describe('As a call of its own would be answered.'),
  retryAfterSeconds: z.int().optional(),
});

export type ItemResult = z.infer<typeof itemResult>;

/** The calls that a batch stands for, one per event. */
export function callsOf({ api, path, body }: Call): readonly Call[] {
  const { events } = trackedEvents.parse(JSON.parse(body));
  return events.map((event) => {
    const { idempotencyKey, orderKey, sequence } = event;
    const orderSequence = orderKey === undefined ? undefined : sequence;
    return { api, path, body: JSON.stringify(event), idempotencyKey, orderKey, orderSequence };
  });
}

/** 200 where all went well: then there is nothing to say of each. */
export function batchAnswer(results: readonly ItemResult[]): Answer {
  if (results.some(({ status }) => status !== 200)) return { status: 207, body: JSON.stringify({ results }) };
  return { status: 200, body: JSON.stringify({ status: 'accepted', count: results.length }) };
}
