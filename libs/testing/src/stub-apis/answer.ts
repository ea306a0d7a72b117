import type { ServerResponse } from 'node:http';
import { Problem, type ProblemOptions } from '@millrace/http-server';

/** What goes back to a caller. */
export interface Answer {
  readonly status: number;
  /** Beside content type and length. */
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON; a problem of RFC 9457 where the status is no success. */
  readonly body: string;
}

/** A problem of RFC 9457 as an answer. */
export function problem(status: number, detail: string, more: Pick<ProblemOptions, 'headers' | 'errors'> = {}): Answer {
  const told = new Problem({ status, detail, ...more });
  return { status, headers: told.headers, body: JSON.stringify(told) };
}

/** Sends an answer, unless the caller has gone or has been answered. */
export function sendAnswer(response: ServerResponse, { status, headers, body }: Answer): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, {
    'content-type': status < 300 ? 'application/json' : 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}
