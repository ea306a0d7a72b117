/** A replay is an operator's decision that the call be made again: it has a claim of its own. */
export function claimKey({ idempotencyKey, replays }: { readonly idempotencyKey: string; readonly replays: number }) {
  return replays > 0 ? `${idempotencyKey}#${replays}` : idempotencyKey;
}
