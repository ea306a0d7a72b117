import { parse } from 'secure-json-parse';
import { Problem } from './problem.ts';

/** The JSON in a request's body. Throws a 400 problem for what is empty, not UTF-8, not JSON, or would poison a prototype. */
export function readJson(body: Buffer): unknown {
  if (body.length === 0) throw new Problem({ status: 400, detail: 'The body is empty; JSON is expected.' });
  const text = decodeUtf8(body);
  try {
    return parse(text, { protoAction: 'error', constructorAction: 'error' });
  } catch (error) {
    // The parser's message quotes the body, which may hold a password: it stays in the cause.
    throw new Problem({ status: 400, detail: 'The body is not valid JSON.', cause: error });
  }
}

function decodeUtf8(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (error) {
    throw new Problem({ status: 400, detail: 'The body is not valid UTF-8.', cause: error });
  }
}
