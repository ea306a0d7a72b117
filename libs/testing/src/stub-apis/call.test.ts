import { describe, expect, it } from 'vitest';
import { type RawCall, readCall } from './call.ts';

const json = { 'content-type': 'application/json' };
const raw = (call: Partial<RawCall> & { body?: unknown }): RawCall => ({
  api: 'notification',
  path: '/anything',
  headers: json,
  bytes: Buffer.from(JSON.stringify(call.body ?? {})),
  ...call,
});

/** `status: field message; …` of a refusal. */
function refusal(call: Partial<RawCall> & { body?: unknown }): string {
  const read = readCall(raw(call));
  if (!('status' in read)) return 'accepted';
  const { errors = [] } = JSON.parse(read.body) as { errors?: { field: string; message: string }[] };
  return [read.status, ...errors.map(({ field, message }) => `${field} ${message}`)].join('; ');
}

describe('a call', () => {
  it('is read with its keys, and its body as it came', () => {
    const headers = { ...json, 'idempotency-key': 'k1', 'order-key': 'u1', 'order-sequence': '7' };
    const read = readCall(raw({ headers, bytes: Buffer.from('{ "a":1}') }));
    expect(read).toEqual({
      api: 'notification',
      path: '/anything',
      body: '{ "a":1}',
      idempotencyKey: 'k1',
      orderKey: 'u1',
      orderSequence: 7,
    });
  });

  it.each([
    ['no content type', {}, '415'],
    ['another content type', { 'content-type': 'text/plain' }, '415'],
    ['a type that only starts like JSON', { 'content-type': 'application/jsonp' }, '415'],
    ['a charset', { 'content-type': 'application/json; charset=utf-8' }, 'accepted'],
    ['a JSON dialect', { 'content-type': 'application/cloudevents+json' }, 'accepted'],
    ['an empty idempotency key', { ...json, 'idempotency-key': '' }, '400; idempotency-key is empty'],
    ['an order key without sequence', { ...json, 'order-key': 'u1' }, 'accepted'],
    [
      'a sequence without order key',
      { ...json, 'order-sequence': '1' },
      '400; order-key is required where there is an order-sequence',
    ],
    [
      'a sequence that is no integer',
      { ...json, 'order-key': 'u1', 'order-sequence': '1.5' },
      '400; order-sequence is an integer from 0, of at most 15 digits',
    ],
    [
      'a sequence past what JavaScript counts exactly',
      { ...json, 'order-key': 'u1', 'order-sequence': '9007199254740993' },
      '400; order-sequence is an integer from 0, of at most 15 digits',
    ],
  ])('with %s: %j → %s', (_case, headers, expected) => {
    expect(refusal({ headers })).toBe(expected);
  });

  it.each([
    ['nothing', Buffer.of()],
    ['broken JSON', Buffer.from('{"a":')],
    ['bad UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22])],
  ])('whose body is %s is refused', (_case, bytes) => {
    expect(refusal({ bytes })).toBe('400');
  });

  it('to send an e-mail names a recipient and a template', () => {
    expect(refusal({ path: '/emails/send', body: { to: 'ada@example.org', template: 'welcome', more: 1 } })).toBe(
      'accepted',
    );
    expect(refusal({ path: '/emails/send', body: { to: '' } })).toBe('400; to is empty; template is required');
    expect(refusal({ path: '/emails/send', body: [] })).toBe('400; body is an object');
  });

  it('to track an event names its type and user', () => {
    expect(refusal({ path: '/events/track', body: { eventType: 'UserRegistered', userId: 'u1' } })).toBe('accepted');
    expect(refusal({ path: '/events/track', body: { eventType: 7 } })).toBe(
      '400; eventType is required; userId is required',
    );
  });

  it('to any other path takes any JSON', () => {
    expect(refusal({ body: [1, null] })).toBe('accepted');
    expect(refusal({ bytes: Buffer.from('null') })).toBe('accepted');
  });

  it('is told all that is wrong at once', () => {
    const headers = { ...json, 'idempotency-key': '' };
    expect(refusal({ path: '/events/track', headers, body: {} })).toBe(
      '400; idempotency-key is empty; eventType is required; userId is required',
    );
  });
});
