import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { createEvent, encodeEvent } from './event-envelope.ts';
import { eventHeaders, traceContextHeaders } from './event-headers.ts';
import { decodeEvent } from './event-reader.ts';
import type { RecordHeaders } from '../ports/record.ts';

const doorOpened = defineEvent({
  type: 'DoorOpened',
  version: 1,
  description: 'Somebody opened a door.',
  topic: 'doors',
  schema: z.object({ door: z.string() }),
  key: ({ door }) => door,
  examples: [{ door: 'north' }],
});
const written = encodeEvent('doors', createEvent(doorOpened, { door: 'north' }, { source: '/house' }));
const names = Object.keys(eventHeaders.shape);

function isRead(headers: RecordHeaders): boolean {
  try {
    decodeEvent(doorOpened, { ...written, headers, partition: 0, offset: 0, timestampMs: 0 });
    return true;
  } catch {
    return false;
  }
}

describe('the schema of the headers', () => {
  it('has every header that is written, and beside them only those of the trace', () => {
    expect(names).toEqual([...Object.keys(written.headers), ...Object.keys(traceContextHeaders.shape)]);
    expect(eventHeaders.parse(written.headers)).toEqual(written.headers);
  });

  it.each(names)('calls %s optional only if an event without it is read', (name) => {
    const without = { ...written.headers, [name]: undefined };
    expect(isRead(without)).toBe(eventHeaders.safeParse(without).success);
  });

  it('says of each what it means', () => {
    for (const schema of Object.values(eventHeaders.shape)) expect(schema.description).toMatch(/\.$/);
  });
});
