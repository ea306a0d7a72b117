import type { ResponseHeaders } from './connection.ts';
import type { Answered } from './exchange.ts';
import type { HttpAnswer } from './http-target.ts';

/** The answer as callers see it. */
export function readAnswer({ status, headers, body }: Answered): HttpAnswer {
  const flat = flattened(headers);
  return { status, headers: flat, body: readBody(flat['content-type'], body) };
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
