import type { Attempt } from '@millrace/testing/registrations';

const attemptLimitMs = 10_000;

/** Sends a client's requests to the gateway at `url`. */
export function askGateway(url: string): Attempt {
  return async ({ method, path, body, idempotencyKey }) => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': idempotencyKey };
    const signal = AbortSignal.timeout(attemptLimitMs);
    const request = { method, headers, body: JSON.stringify(body), signal };
    try {
      const response = await fetch(`${url}${path}`, request);
      const retryAfter = response.headers.has('retry-after');
      return { status: response.status, body: await response.json(), retryAfter };
    } catch {
      return undefined;
    }
  };
}
