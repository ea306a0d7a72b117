import { dataSchemaOf, defineEvent, type EventContract, eventHeaders } from '@millrace/messaging';
import { z } from 'zod';
import { type CallId, eventId } from '../stub/call-id.ts';
import { at, defaultValueBytes, type Sample, sampleData } from './sample-data.ts';

const [source, traceparent] = ['/benchmark', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'];

/** The benchmark's event, on the topic that a run has made for itself. */
export function sampleEvent(topic: string): EventContract<Sample> {
  return defineEvent<Sample>({
    type: 'SampleSent',
    version: 1,
    description: 'A benchmark wants to know how fast APIs are told.',
    topic,
    schema: z.object({ user: z.number().int(), email: z.email(), at: z.iso.datetime(), note: z.string() }),
    key: ({ user }) => `k${user}`,
    examples: [sampleData({ key: 1, valueBytes: defaultValueBytes })],
  });
}

/** A record of the benchmark as it is written to Kafka: with the headers of an event, and of a trace. */
export function sampleRecord(id: CallId, valueBytes: number): SampleRecord {
  return {
    key: `k${id.key}`,
    value: JSON.stringify(sampleData({ key: id.key, valueBytes })),
    headers: { ...commonHeaders, ce_id: eventId(id), ce_subject: `k${id.key}` },
  };
}

export interface SampleRecord {
  readonly key: string;
  readonly value: string;
  readonly headers: Record<string, string>;
}

const commonHeaders = {
  ce_specversion: eventHeaders.shape.ce_specversion.value,
  ce_type: 'SampleSent',
  ce_source: source,
  ce_time: at,
  ce_dataschema: dataSchemaOf({ type: 'SampleSent', version: 1 }),
  'content-type': 'application/json',
  traceparent,
};
