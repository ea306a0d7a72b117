import { createEvent, defineEvent, encodeEvent, type KafkaRecord } from '@millrace/messaging';
import { z } from 'zod';

/** What the benchmark's handler needs to know of a record: the number of its key. */
export interface Sample {
  readonly user: number;
  readonly email: string;
  readonly at: string;
}

/** The event that the benchmark's records hold, of ordinary size. */
export const sampleTaken = defineEvent<Sample>({
  type: 'SampleTaken',
  version: 1,
  description: 'A benchmark wants to know how long it takes to be told.',
  topic: 'samples',
  schema: z.object({ user: z.number().int(), email: z.email(), at: z.iso.datetime() }),
  key: ({ user }) => `user-${user}`,
  examples: [{ user: 1, email: 'ada@example.org', at: '2026-11-21T12:00:00.000Z' }],
});

const at = '2026-11-21T12:00:00.000Z';
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

type Payload = Pick<KafkaRecord, 'key' | 'value' | 'headers'>;

/**
 * The records' contents by the number of their key, made once each: a broker's bytes come for free, too. All share their
 * headers, since those of a record just fetched are in the processor's cache, and a hundred thousand would not be.
 */
export function samplePayloads(keys: number): readonly Payload[] {
  const headers = sampleHeaders();
  return Array.from({ length: keys }, (_, user) => {
    const data: Sample = { user, email: `user-${user}@example.org`, at };
    return { key: Buffer.from(sampleTaken.key(data)), value: Buffer.from(JSON.stringify(data)), headers };
  });
}

function sampleHeaders(): KafkaRecord['headers'] {
  const data: Sample = { user: 0, email: 'user-0@example.org', at };
  const event = createEvent(sampleTaken, data, { source: '/benchmark', now: new Date(at) });
  return asBytes({ ...encodeEvent(sampleTaken.topic, event).headers, traceparent });
}

/** As a client of Kafka hands them over. */
function asBytes(headers: KafkaRecord['headers']): KafkaRecord['headers'] {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(String(value))]));
}
