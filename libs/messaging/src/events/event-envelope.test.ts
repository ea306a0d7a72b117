import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineEvent } from './define-event.ts';
import { createEvent, encodeEvent, eventTypeOf } from './event-envelope.ts';
import { decodeEvent } from './event-reader.ts';
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

const position = { partition: 0, offset: 5, timestampMs: 0 };

describe('an event', () => {
  it('comes out of a record as it went in', () => {
    const event = createEvent(accountOpened, data, { source: '/bank', id: 'e-1', now });
    const record = { ...encodeEvent('accounts', event), ...position };
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

  it('says its type in its record, where others have none', () => {
    const record = { ...encodeEvent('accounts', createEvent(accountOpened, data, { source: '/bank' })), ...position };
    expect(eventTypeOf(record)).toBe('AccountOpened');
    expect(eventTypeOf({ ...record, headers: {} })).toBeUndefined();
  });
});
