import { createEvent, defineEvent, encodeEvent, type EventContract, type OutgoingRecord } from '@millrace/messaging';
import { z } from 'zod';

/** The data of every simulated event. */
interface OrderPlacedData {
  readonly key: string;
  readonly text: string;
}

const schema = z.object({ key: z.string(), text: z.string() });
const source = '/simulator';

/** The types of events on each topic. */
export const eventTypes = { subscribed: 'OrderPlaced', other: 'OrderLookedAt' } as const;

function contractOf(topic: string, type: string): EventContract<OrderPlacedData> {
  return defineEvent({
    type,
    version: 1,
    description: 'Something to tell an API about.',
    topic,
    schema,
    key: ({ key }) => key,
    examples: [{ key: 'k1', text: '' }],
  });
}

/** What handlers are subscribed to. */
export const subscribedContract = (topic: string): EventContract<OrderPlacedData> =>
  contractOf(topic, eventTypes.subscribed);

/** A record to be appended to a topic. */
export interface SimulatedRecord {
  /** Its event's id. */
  readonly id: string;
  readonly key: string | null;
  readonly kind: 'subscribed' | 'other-type' | 'invalid';
  readonly bytes: number;
}

/** The record as its producer writes it at `atMs`. */
export function encodeSimulated(
  topic: string,
  { id, key, kind, bytes }: SimulatedRecord,
  atMs: number,
): OutgoingRecord {
  const contract = contractOf(topic, kind === 'other-type' ? eventTypes.other : eventTypes.subscribed);
  const data = { key: key ?? '', text: 'x'.repeat(bytes) };
  const encoded = encodeEvent(topic, createEvent(contract, data, { source, id, now: new Date(atMs) }));
  const value = kind === 'invalid' ? Buffer.from('no JSON') : encoded.value;
  return { ...encoded, value, key: key === null ? null : Buffer.from(key) };
}
