import { STATUS_CODES } from 'node:http';

/** One wrong field of a request: a path (`address.street`), and what it should be. Never the value that was sent. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

export interface ProblemOptions {
  readonly status: number;
  readonly detail: string;
  /** @default the name of the status */
  readonly title?: string;
  readonly errors?: readonly FieldError[];
  /** E.g. `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** An answer that tells a client what went wrong, in RFC 9457's form (https://www.rfc-editor.org/rfc/rfc9457). Throw it in a route. */
export class Problem extends Error {
  readonly status: number;
  readonly title: string;
  readonly errors: readonly FieldError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor({
    status,
    detail,
    title = STATUS_CODES[status] ?? 'Error',
    errors,
    headers = {},
    cause,
  }: ProblemOptions) {
    super(detail, { cause });
    this.name = 'Problem';
    this.status = status;
    this.title = title;
    this.errors = errors;
    this.headers = headers;
  }

  /** The body of an `application/problem+json` answer. */
  toJSON(): object {
    const { status, title, message: detail, errors } = this;
    return { type: 'about:blank', title, status, detail, ...(errors && { errors }) };
  }
}
