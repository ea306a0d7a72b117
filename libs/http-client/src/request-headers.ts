import type { HttpRequest } from './http-target.ts';

/** The headers of a request. Those of the call itself win over `request.headers`. */
export function requestHeaders(
  { json, headers, idempotencyKey, order }: HttpRequest,
  token: string | undefined,
): Record<string, string> {
  return {
    ...lowerCased(headers),
    ...(json !== undefined && { 'content-type': 'application/json' }),
    ...(idempotencyKey !== undefined && { 'idempotency-key': opaque(idempotencyKey) }),
    ...(order && { 'order-key': opaque(order.key), 'order-sequence': String(order.sequence) }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
}

function lowerCased(headers: HttpRequest['headers'] = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** Keys come from events, which may hold anything; a header carries visible ASCII. Other keys are percent-encoded. */
function opaque(key: string): string {
  return /^[\x21-\x7e]+$/.test(key) ? key : encodeURI(key.toWellFormed());
}
