import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { createEvent, decodeEvent, encodeEvent, eventTypeOf } from './event-envelope.ts';
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

describe('an event', () => {
  it('comes out of a record as it went in', () => {
    const event = createEvent(accountOpened, data, { source: '/bank', id: 'e-1', now });
    const record = { ...encodeEvent('accounts', event), partition: 0, offset: 5, timestampMs: 0 };
    expect(decodeEvent(accountOpened, record)).toEqual(event);
    expect(event).toEqual({
      id: 'e-1',
      type: 'AccountOpened',
      source: '/bank',
      time: '2026-03-04T05:06:07.089Z',
      subject: 'zoë',
      dataschema: 'urn:millrace:AccountOpened:2',
      data,
    });
  });

  it('is a CloudEvent in binary mode, keyed by its subject', () => {
    const record = encodeEvent('accounts', createEvent(accountOpened, data, { source: '/bank', id: 'e-1', now }));
    expect(record).toEqual({
      topic: 'accounts',
      key: Buffer.from('zoë'),
      value: Buffer.from(JSON.stringify(data)),
      headers: {
        ce_specversion: '1.0',
        ce_id: 'e-1',
        ce_type: 'AccountOpened',
        ce_source: '/bank',
        ce_time: '2026-03-04T05:06:07.089Z',
        ce_subject: 'zoë',
        ce_dataschema: 'urn:millrace:AccountOpened:2',
        'content-type': 'application/json',
      },
    });
  });

  it('has an id of its own each time', () => {
    const ids = [1, 2].map(() => createEvent(accountOpened, data, { source: '/bank' }).id);
    expect(new Set(ids).size).toBe(2);
  });

  it('is not made of data that its consumers could not read, and the error quotes none of it', () => {
    const make = () => createEvent(accountOpened, { ...data, email: 'not-an-address' }, { source: '/bank' });
    expect(make).toThrow(
      new ServiceError('INVALID_EVENT', 'no valid AccountOpened (version 2): wrong fields: email (invalid_format)'),
    );
  });

  it('gets what the schema makes of its data', () => {
    const { limits } = createEvent(accountOpened, { owner: 'a', email: 'a@b.de' } as typeof data, {
      source: '/s',
    }).data;
    expect(limits).toEqual([]);
  });
});

describe('reading a record as an event', () => {
  it('finds the type, or none where it is no CloudEvent', () => {
    expect(eventTypeOf(recordOf())).toBe('AccountOpened');
    expect(eventTypeOf(recordOf({ headers: {} }))).toBeUndefined();
  });

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
