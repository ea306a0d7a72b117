import type { ResponseHeaders } from './connection.ts';
import type { Answered } from './exchange.ts';
import type { HttpAnswer } from './http-target.ts';

/** The answer as callers see it. Most want to know no more than that there was one: the rest is read when it is asked for. */
export class ReadAnswer implements HttpAnswer {
  readonly status: number;
  readonly #answered: Answered;
  #headers: HttpAnswer['headers'] | undefined;
  #body: { readonly read: unknown } | undefined;

  constructor(answered: Answered) {
    this.status = answered.status;
    this.#answered = answered;
  }

  get headers(): HttpAnswer['headers'] {
    return (this.#headers ??= flattened(this.#answered.headers));
  }

  get body(): unknown {
    this.#body ??= { read: readBody(this.headers['content-type'], this.#answered.body) };
    return this.#body.read;
  }
}

/** A header given several times is one, joined by commas (RFC 9110, section 5.3). */
function flattened(headers: ResponseHeaders): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    flat[name] = typeof value === 'object' ? value.join(', ') : (value ?? '');
  }
  return flat;
}

function readBody(contentType = '', body: Buffer | undefined): unknown {
  if (!body || body.length === 0) return undefined;
  const text = body.toString();
  return /^application\/(?:[\w.+-]+\+)?json\b/i.test(contentType) ? parseJson(text) : text;
}

/** A JSON answer that is none says as much as text: the status decides, not the body. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
