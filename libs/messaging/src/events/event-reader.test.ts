import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { createEvent, encodeEvent } from './event-envelope.ts';
import { decodeEvent, EventReader } from './event-reader.ts';
import type { KafkaRecord, RecordHeaders } from '../ports/record.ts';
import { ServiceError } from '../errors/service-error.ts';

const data = { owner: 'zoë', email: 'zoe@example.org', limits: [1, 2] };
const accountOpened = defineEvent({
  type: 'AccountOpened',
  version: 2,
  description: 'Somebody opened an account.',
  topic: 'accounts',
  schema: z.object({ owner: z.string(), email: z.email(), limits: z.array(z.number()).default([]) }),
  key: ({ owner }) => owner,
  examples: [data],
});
const now = new Date('2026-03-04T05:06:07.089Z');

/** The event as Kafka gives it back: header values are bytes. */
function recordOf(changes: Partial<KafkaRecord> = {}, headerChanges: RecordHeaders = {}): KafkaRecord {
  const { topic, key, value, headers } = encodeEvent(
    'accounts',
    createEvent(accountOpened, data, { source: '/bank', now }),
  );
  const bytes = Object.entries({ ...headers, ...headerChanges }).map(([name, text]) => [
    name,
    text === undefined ? undefined : Buffer.from(text as string),
  ]);
  const position = { partition: 0, offset: 5, timestampMs: Date.UTC(2026, 0, 1) };
  return { topic, key, value, headers: Object.fromEntries(bytes) as RecordHeaders, ...position, ...changes };
}

function errorOf(record: KafkaRecord): ServiceError {
  try {
    decodeEvent(accountOpened, record);
  } catch (error) {
    if (error instanceof ServiceError) return error;
  }
  throw new Error('the record was decoded');
}

describe('reading a record as an event', () => {
  it.each(['specversion', 'id', 'type', 'source'])('refuses one without ce_%s', (name) => {
    for (const value of [undefined, '']) {
      const error = errorOf(recordOf({}, { [`ce_${name}`]: value }));
      expect(error.code).toBe('INVALID_EVENT');
      expect(error.message).toContain(`header ce_${name} is missing`);
    }
  });

  it.each([
    ['specversion', '0.3', 'header ce_specversion is not 1.0'],
    ['type', 'AccountClosed', 'header ce_type is not AccountOpened'],
    ['dataschema', 'urn:millrace:AccountOpened:3', 'header ce_dataschema names another version'],
    ['time', 'yesterday', 'header ce_time is not a time'],
  ])('refuses one whose ce_%s is %s', (name, value, why) => {
    expect(errorOf(recordOf({}, { [`ce_${name}`]: value })).message).toBe(`no valid AccountOpened (version 2): ${why}`);
  });

  it('takes the optional attributes from the record where they are absent', () => {
    const record = recordOf({}, { ce_time: undefined, ce_subject: undefined, ce_dataschema: undefined });
    const expected = { time: '2026-01-01T00:00:00.000Z', subject: 'zoë', dataschema: 'urn:millrace:AccountOpened:2' };
    expect(decodeEvent(accountOpened, record)).toMatchObject(expected);
    expect(decodeEvent(accountOpened, { ...record, key: null }).subject).toBe('');
  });

  it('takes a time in another zone, and a schema of others, as they are meant', () => {
    const headers = { ce_time: '2026-03-04T07:06:07.089+02:00', ce_dataschema: 'https://example.org/account.json' };
    expect(decodeEvent(accountOpened, recordOf({}, headers))).toMatchObject({
      time: '2026-03-04T05:06:07.089Z',
      dataschema: 'https://example.org/account.json',
    });
  });

  it.each([
    ['2026-12-28T23:59:59.999Z', '2026-12-28T23:59:59.999Z'],
    ['2026-12-31T00:00:00.000Z', '2026-12-31T00:00:00.000Z'],
    ['2028-02-29T00:00:00.000Z', '2028-02-29T00:00:00.000Z'],
    ['2026-02-29T00:00:00.000Z', '2026-03-01T00:00:00.000Z'],
    ['2026-12-28T24:00:00.000Z', '2026-12-29T00:00:00.000Z'],
    ['2026-12-28T23:59:59Z', '2026-12-28T23:59:59.000Z'],
    ['2026-12-28', '2026-12-28T00:00:00.000Z'],
  ])('takes the time %s for %s', (written, time) => {
    expect(decodeEvent(accountOpened, recordOf({}, { ce_time: written })).time).toBe(time);
  });

  it.each([
    '2026-13-01T00:00:00.000Z',
    '2026-00-01T00:00:00.000Z',
    '2026-01-00T00:00:00.000Z',
    '2026-01-01T25:00:00.000Z',
  ])('refuses the time %s', (written) => {
    expect(errorOf(recordOf({}, { ce_time: written })).message).toContain('header ce_time is not a time');
  });

  it('takes the first of several values of a header', () => {
    const { headers } = recordOf();
    const record = recordOf({ headers: { ...headers, ce_id: ['first', Buffer.from('second')] } });
    expect(decodeEvent(accountOpened, record).id).toBe('first');
  });

  it.each([
    ['no value', null, 'it has no value'],
    ['an empty value', Buffer.alloc(0), 'its value is not JSON in UTF-8'],
    ['a value that is not JSON', Buffer.from('{"email":"zoe@example.org"'), 'its value is not JSON in UTF-8'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22]), 'its value is not JSON in UTF-8'],
  ])('refuses one with %s, without quoting it', (_, value, why) => {
    const error = errorOf(recordOf({ value }));
    expect(error).toMatchObject({ code: 'INVALID_EVENT', retryable: false, cause: undefined });
    expect(error.message).toBe(`no valid AccountOpened (version 2): ${why}`);
  });

  it('lists every wrong field and quotes none', () => {
    const value = Buffer.from(JSON.stringify({ owner: 7, email: 'zoe(at)example.org', limits: [1, 'secret'] }));
    const { message } = errorOf(recordOf({ value }));
    expect(message).toBe(
      'no valid AccountOpened (version 2): wrong fields: owner (invalid_type), email (invalid_format), limits.1 (invalid_type)',
    );
  });

  it('calls the whole of it wrong where it is no object', () => {
    expect(errorOf(recordOf({ value: Buffer.from('"text"') })).message).toContain('wrong fields: data (invalid_type)');
  });

  it('counts the wrong fields that it does not list', () => {
    const value = Buffer.from(JSON.stringify({ ...data, limits: Array.from({ length: 500 }, () => 'x') }));
    const { message } = errorOf(recordOf({ value }));
    expect(message).toContain('limits.9 (invalid_type), 490 more');
    expect(message).not.toContain('limits.10');
  });
});

describe('the reader of a contract', () => {
  const reader = new EventReader(accountOpened);
  const ofType = (...types: (Buffer | string)[]) => recordOf({ headers: { ce_type: types } });

  it('knows records of its type, written as bytes or as text', () => {
    const records = [recordOf(), recordOf({ headers: { ce_type: 'AccountOpened' } }), ofType('AccountOpened', 'Other')];
    expect(records.map((record) => reader.isOfType(record))).toEqual([true, true, true]);
  });

  it('knows those that are of none, of another, or only nearly of its own', () => {
    const others = ['accountOpened', 'AccountOpene', 'AccountOpened2', 'XccountOpened', ''];
    const records = [recordOf({ headers: {} }), ofType(), ofType('Other', 'AccountOpened')];
    expect(records.some((record) => reader.isOfType(record))).toBe(false);
    for (const type of others) {
      expect([ofType(type), ofType(Buffer.from(type))].some((record) => reader.isOfType(record))).toBe(false);
    }
  });
});
