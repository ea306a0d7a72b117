import { type ServerResponse, STATUS_CODES } from 'node:http';

/** What goes back to a caller. */
export interface Answer {
  readonly status: number;
  /** Beside content type and length. */
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON; a problem of RFC 9457 where the status is no success. */
  readonly body: string;
}

/** One wrong field or header, and what it should be. Never the value that was sent. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

export interface ProblemOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly errors?: readonly FieldError[];
}

/** A problem of RFC 9457 as an answer. */
export function problem(status: number, detail: string, { headers, errors }: ProblemOptions = {}): Answer {
  const title = STATUS_CODES[status] ?? 'Error';
  const body = JSON.stringify({ type: 'about:blank', title, status, detail, ...(errors && { errors }) });
  return { status, body, ...(headers && { headers }) };
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
