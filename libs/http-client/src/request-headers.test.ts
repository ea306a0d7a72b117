import { describe, expect, it } from 'vitest';
import type { HttpRequest } from './http-target.ts';
import { requestHeaders } from './request-headers.ts';

/** Each once, by name. */
function headersOf(request: Partial<HttpRequest>, own: string[] = []): Record<string, string> {
  const headers: Record<string, string> = {};
  const flat = requestHeaders(request, request, own);
  for (let index = 0; index < flat.length; index += 2) headers[flat[index] ?? ''] = flat[index + 1] ?? '';
  expect(Object.keys(headers)).toHaveLength(flat.length / 2);
  return headers;
}

describe('the headers of a request', () => {
  it('are only those it needs', () => {
    expect(headersOf({})).toEqual({});
  });

  it('name the key, the place in the order, and who calls', () => {
    const request = { json: {}, idempotencyKey: 'notification:1', order: { key: 'u1', sequence: 42 } };
    expect(headersOf(request, ['authorization', 'Bearer s3cret'])).toEqual({
      'content-type': 'application/json',
      'idempotency-key': 'notification:1',
      'order-key': 'u1',
      'order-sequence': '42',
      authorization: 'Bearer s3cret',
    });
  });

  it('cannot be replaced by the request, however they are spelled', () => {
    const headers = { Authorization: 'Basic eA==', 'X-Tenant': 'a', 'Idempotency-Key': 'other' };
    expect(headersOf({ headers, idempotencyKey: 'mine' }, ['authorization', 'Bearer t'])).toEqual({
      authorization: 'Bearer t',
      'x-tenant': 'a',
      'idempotency-key': 'mine',
    });
  });

  it.each([
    ['Zoë', 'Zo%C3%AB'],
    ['a\r\nx-evil: 1', 'a%0D%0Ax-evil:%201'],
    ['\ud800', '%EF%BF%BD'],
  ])('carry a key like %j percent-encoded', (key, header) => {
    expect(headersOf({ idempotencyKey: key, order: { key, sequence: 0 } })).toEqual({
      'idempotency-key': header,
      'order-key': header,
      'order-sequence': '0',
    });
  });
});
