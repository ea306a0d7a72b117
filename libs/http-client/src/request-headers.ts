import type { CallContext, HttpRequest } from './http-target.ts';

/**
 * Adds to `flat`, names and values in turn, those of the call, then those of `request.headers` that have no value yet;
 * returns them all.
 */
export function requestHeaders(
  { json, headers }: Pick<HttpRequest, 'json' | 'headers'>,
  { idempotencyKey, order }: Pick<CallContext, 'idempotencyKey' | 'order'>,
  flat: string[],
): string[] {
  if (json !== undefined) flat.push('content-type', 'application/json');
  if (idempotencyKey !== undefined) flat.push('idempotency-key', opaque(idempotencyKey));
  if (order) flat.push('order-key', opaque(order.key), 'order-sequence', String(order.sequence));
  if (headers) addOthers(flat, headers);
  return flat;
}

function addOthers(flat: string[], headers: Readonly<Record<string, string>>): void {
  const known = new Set(flat.filter((_, index) => index % 2 === 0));
  for (const [name, value] of Object.entries(headers))
    if (!known.has(name.toLowerCase())) flat.push(name.toLowerCase(), value);
}

/** Keys come from events, which may hold anything; a header carries visible ASCII. Other keys are percent-encoded. */
function opaque(key: string): string {
  return /^[\x21-\x7e]+$/.test(key) ? key : encodeURI(key.toWellFormed());
}
