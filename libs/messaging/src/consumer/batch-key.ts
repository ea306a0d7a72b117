import { createHash } from 'node:crypto';

/** What of an item makes its batch's key. */
export interface KeyedItem {
  readonly item: { readonly idempotencyKey: string };
  /** How often a batch's answer has said something of it by itself. */
  readonly answers: number;
}

/**
 * The idempotency key of a batch's call: of its items' keys in their order, since an API may answer by place, and of how
 * often each was answered for: after that the same items are another call.
 */
export function batchKeyOf(subscription: string, items: readonly KeyedItem[]): string {
  let text = '';
  for (const { item, answers } of items) text += `${item.idempotencyKey}\n${answers}\n`;
  return `${subscription}:batch:${createHash('sha256').update(text).digest('base64url')}`;
}
