import { z } from 'zod';
import { defineEvent } from '../events/define-event.ts';
import { createEvent, encodeEvent } from '../events/event-envelope.ts';
import type { Outcome } from '../ports/outcome.ts';
import type { RecordHeaders } from '../ports/record.ts';
import type { NewRecord } from './in-memory-source.ts';

/** The one event that is heard on the topic of the odd records. */
export const oddEventOn = (topic: string) =>
  defineEvent<{ readonly name: string }>({
    type: 'Odd',
    version: 1,
    description: 'Something odd has happened.',
    topic,
    schema: z.object({ name: z.string() }),
    key: ({ name }) => name,
    examples: [{ name: 'ann' }],
  });

/** A record as others may write it, and what comes of it. */
export interface OddRecord {
  /** For docs/odd-records.md. */
  readonly what: string;
  /** Its headers may have no value (null), which `RecordHeaders` does not know. */
  readonly record: NewRecord;
  readonly outcome: Outcome;
  readonly remark?: string;
}

/** A record as sources deliver it: a header without a value (null) is an empty one. */
export function asDelivered(record: NewRecord): NewRecord {
  const filled = (value: unknown): unknown => (Array.isArray(value) ? value.map(filled) : (value ?? Buffer.alloc(0)));
  const headers = Object.entries(record.headers).map(([name, value]) => [name, filled(value)] as const);
  return { ...record, headers: Object.fromEntries(headers) as RecordHeaders };
}

/** What the API of the odd records rejects. */
export const rejectedName = 'rejected';

const oddEvent = oddEventOn('odd');
const valid = encodeEvent('odd', createEvent(oddEvent, { name: 'ann' }, { source: '/odd', id: 'odd-1' }));
const withHeaders = (headers: object): NewRecord => ({
  ...valid,
  headers: { ...valid.headers, ...headers },
});
const without = (name: string): NewRecord => {
  const { [name]: _, ...headers } = valid.headers;
  return { ...valid, headers };
};
const withValue = (value: Buffer | string | null): NewRecord => ({
  ...valid,
  value: typeof value === 'string' ? Buffer.from(value) : value,
});
const bare = (value: Buffer | string | null, key: Buffer | null = Buffer.from('k')): NewRecord => ({
  key,
  value: typeof value === 'string' ? Buffer.from(value) : value,
  headers: {},
});
const rejected: NewRecord = { ...valid, value: Buffer.from(JSON.stringify({ name: rejectedName })) };

const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`header-${n}`, `value ${n}`]));
const structured = {
  specversion: '1.0',
  id: 'odd-1',
  type: oddEvent.type,
  source: '/odd',
  data: { name: 'ann' },
};

const skipped: readonly OddRecord[] = [
  { what: 'JSON without headers', record: bare('{"name":"ann"}'), outcome: 'skipped' },
  { what: 'binary without headers', record: bare(Buffer.from([0, 255, 128, 10])), outcome: 'skipped' },
  { what: 'a tombstone: a key without a value', record: bare(null), outcome: 'skipped' },
  { what: 'nothing: no key, no value, no headers', record: bare(null, null), outcome: 'skipped' },
  { what: 'an event of another type', record: withHeaders({ ce_type: 'Other' }), outcome: 'skipped' },
  { what: 'an event without `ce_type`', record: without('ce_type'), outcome: 'skipped' },
  { what: '`ce_type` without a value (null)', record: withHeaders({ ce_type: null }), outcome: 'skipped' },
  { what: '`ce_type` that is empty', record: withHeaders({ ce_type: '' }), outcome: 'skipped' },
  {
    what: 'headers in capitals (`CE_TYPE`)',
    record: { ...without('ce_type'), headers: { ...without('ce_type').headers, CE_TYPE: 'Odd' } },
    outcome: 'skipped',
    remark: "names of Kafka's headers are case-sensitive",
  },
  {
    what: 'a CloudEvent in structured mode (`application/cloudevents+json`)',
    record: { ...bare(JSON.stringify(structured)), headers: { 'content-type': 'application/cloudevents+json' } },
    outcome: 'skipped',
    remark: 'events are read in binary mode',
  },
];

const given = 'dead-lettered' as const;

const deadLettered: readonly OddRecord[] = [
  { what: 'a tombstone with the headers of an event', record: withValue(null), outcome: given },
  { what: 'an empty value', record: withValue(''), outcome: given },
  { what: 'a value that is not JSON', record: withValue('name=ann'), outcome: given },
  { what: 'a value that is not UTF-8', record: withValue(Buffer.from([0xff, 0xfe, 0x7b])), outcome: given },
  { what: 'a value with a byte order mark alone', record: withValue('\ufeff'), outcome: given },
  { what: 'JSON that does not fit the schema', record: withValue('{"name":1}'), outcome: given },
  { what: 'JSON null', record: withValue('null'), outcome: given },
  { what: 'JSON nested 100,000 deep', record: withValue('['.repeat(100_000) + ']'.repeat(100_000)), outcome: given },
  { what: '`ce_id` missing', record: without('ce_id'), outcome: given },
  { what: '`ce_id` empty, or without a value', record: withHeaders({ ce_id: null }), outcome: given },
  { what: '`ce_source` missing', record: without('ce_source'), outcome: given },
  { what: '`ce_specversion` missing', record: without('ce_specversion'), outcome: given },
  { what: '`ce_specversion` other than 1.0', record: withHeaders({ ce_specversion: '0.3' }), outcome: given },
  { what: '`ce_time` that is not a time', record: withHeaders({ ce_time: 'yesterday' }), outcome: given },
  {
    what: '`ce_dataschema` of another version',
    record: withHeaders({ ce_dataschema: 'urn:millrace:Odd:2' }),
    outcome: given,
  },
  {
    what: 'an event with 1,000 headers that the API rejects',
    record: { ...rejected, headers: { ...rejected.headers, ...many } },
    outcome: given,
    remark: 'all headers are in the dead letter',
  },
  {
    what: 'an event with headers without a value that the API rejects',
    record: { ...rejected, headers: { ...rejected.headers, empty: null, several: ['a', null] } as never },
    outcome: given,
    remark: 'they are empty in the dead letter: kafkajs cannot write others',
  },
];

const completed: readonly OddRecord[] = [
  { what: 'an event', record: valid, outcome: 'completed' },
  { what: 'without a key', record: { ...valid, key: null }, outcome: 'completed', remark: 'in no order' },
  { what: 'with an empty key', record: { ...valid, key: Buffer.alloc(0) }, outcome: 'completed' },
  { what: 'with a key that is not UTF-8', record: { ...valid, key: Buffer.from([0xff, 0]) }, outcome: 'completed' },
  {
    what: 'with a key of 100,000 bytes',
    record: { ...valid, key: Buffer.alloc(100_000, 'k') },
    outcome: 'completed',
    remark: 'it goes into the header `Order-Key`, and many APIs refuse headers above 8 or 16 KiB',
  },
  { what: 'with 1,000 headers', record: withHeaders(many), outcome: 'completed' },
  {
    what: 'with 1,000 values under one name',
    record: withHeaders({ tag: Array.from({ length: 1_000 }, (_, n) => `value ${n}`) }),
    outcome: 'completed',
  },
  {
    what: 'with headers without a value (null), also among several of a name',
    record: withHeaders({ empty: null, several: ['a', null, 'b'] }),
    outcome: 'completed',
  },
  {
    what: 'with headers named like what objects have (`__proto__`, `constructor`)',
    record: withHeaders(JSON.parse('{"__proto__":"p","constructor":"c","toString":"t"}') as object),
    outcome: 'completed',
  },
  { what: 'with a header without a name', record: withHeaders({ '': 'nameless' }), outcome: 'completed' },
  {
    what: 'with `ce_id` twice',
    record: withHeaders({ ce_id: ['odd-1', 'odd-2'] }),
    outcome: 'completed',
    remark: 'the first counts',
  },
  {
    what: 'with a `ce_id` of any characters',
    record: withHeaders({ ce_id: 'a\r\nb\0 ключ' }),
    outcome: 'completed',
    remark: 'percent-encoded in the header `Idempotency-Key`',
  },
  { what: '`ce_time` missing', record: without('ce_time'), outcome: 'completed', remark: "the record's timestamp" },
  { what: '`ce_subject` missing', record: without('ce_subject'), outcome: 'completed', remark: "the record's key" },
  { what: '`ce_dataschema` missing', record: without('ce_dataschema'), outcome: 'completed' },
  {
    what: 'another `content-type`, or none',
    record: withHeaders({ 'content-type': 'text/plain' }),
    outcome: 'completed',
    remark: 'it is read as JSON',
  },
  {
    what: 'a `traceparent` that is none',
    record: withHeaders({ traceparent: 'garbage', tracestate: '=', baggage: '%' }),
    outcome: 'completed',
    remark: 'a new trace begins',
  },
  {
    what: 'headers of a dead letter that are wrong',
    record: withHeaders({ millrace_dlq_replays: 'often', millrace_dlq_offset: '-1', millrace_dlq_key_expires_at: 'x' }),
    outcome: 'completed',
  },
];

/** Everything that may lie on a topic, in the order of docs/odd-records.md. */
export const oddRecords: readonly OddRecord[] = [...completed, ...skipped, ...deadLettered];
