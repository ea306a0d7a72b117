import { randomBytes, randomUUID } from 'node:crypto';

/** One registration that the gateway has accepted. */
export interface Registration {
  readonly userId: string;
  /** When the request was sent, in milliseconds since 1970. */
  readonly sentAt: number;
  readonly traceId: string;
}

/** A registration that was not accepted: why, in one line without personal data. */
export interface Refusal {
  readonly refused: string;
}

const limitMs = 30_000;

/** Registers a made-up user, the `number`th of `run`, as the beginning of a trace of our own. Never rejects but for an abort. */
export async function register(
  gateway: string,
  run: string,
  number: number,
  signal: AbortSignal,
): Promise<Registration | Refusal> {
  const traceId = randomBytes(16).toString('hex');
  const traceparent = `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
  const username = `demo-${run}-${number}`;
  const body = JSON.stringify({ username, email: `${username}@example.com`, password: randomUUID() });
  const headers = { 'content-type': 'application/json', traceparent };
  const sentAt = Date.now();
  try {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
    const response = await fetch(`${gateway}/register`, { method: 'POST', headers, body, signal: limited });
    const answer = (await response.json()) as { readonly userId?: string; readonly title?: string };
    if (response.status === 201 && answer.userId) return { userId: answer.userId, sentAt, traceId };
    return { refused: `POST /register answered ${response.status}${answer.title ? ` (${answer.title})` : ''}` };
  } catch (error) {
    signal.throwIfAborted();
    return { refused: `POST /register failed (${(error as Error).message})` };
  }
}
