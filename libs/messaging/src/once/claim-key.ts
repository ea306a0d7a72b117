import { createHash } from 'node:crypto';

/** What every store can keep. Ids of events come from whoever published them, and may be anything. */
const plain = /^[\x20-\x7e]{1,256}$/;

/** A replay is an operator's decision that the call be made again: it has a claim of its own. */
export function claimKey({ idempotencyKey, replays }: { readonly idempotencyKey: string; readonly replays: number }) {
  const key = replays > 0 ? `${idempotencyKey}#${replays}` : idempotencyKey;
  return plain.test(key) ? key : `sha256:${createHash('sha256').update(key).digest('base64url')}`;
}
