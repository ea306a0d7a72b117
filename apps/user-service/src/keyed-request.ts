import { createHmac } from 'node:crypto';
import { type Answer, keyUsedOtherwise } from './answer.ts';

/** A request that came with an idempotency key. */
export interface KeyedRequest {
  readonly key: string;
  /** Equal for equal requests. */
  readonly hash: Buffer;
}

/** What was told to the first request with a key. */
export interface KeptAnswer {
  readonly requestHash: Uint8Array;
  readonly answer: Answer;
}

export interface RequestContent {
  readonly method: string;
  readonly path: string;
  /** As its schema gave it: fields in the schema's order, and one spelling of each value. */
  readonly body: object;
}

/**
 * HMAC-SHA256 over method, path and body. Keyed, because the body holds a password: a plain hash of it would let whoever
 * reads the database try passwords at full speed, past the slow hash beside it.
 */
export function hashRequest(secret: string, { method, path, body }: RequestContent): Buffer {
  return createHmac('sha256', secret)
    .update(JSON.stringify([method, path, body]))
    .digest();
}

/** What a repeated request is told: the first answer again, or that this is no repetition. */
export function replayOf({ requestHash, answer }: KeptAnswer, { hash }: KeyedRequest): Answer {
  if (!hash.equals(requestHash)) return keyUsedOtherwise;
  return { ...answer, headers: { ...answer.headers, 'idempotency-replayed': 'true' } };
}
