import type { Claim, ClaimRequest } from '../ports/idempotency-store.ts';

/** What a store keeps of a key; times by its own clock, in ms. */
export interface StoredKey {
  /** Of whoever claimed it; undefined once it is done. */
  readonly token: string | undefined;
  readonly leaseEndsAtMs: number;
  readonly forgottenAtMs: number;
}

/** What a request is answered; where that is `fresh`, {@link claimedBy} is to be stored. */
export function judgeClaim({ token, lapsed }: ClaimRequest, stored: StoredKey | undefined, nowMs: number): Claim {
  if (!stored || stored.forgottenAtMs <= nowMs || stored.token === token) return { state: 'fresh' };
  if (stored.token === undefined) return { state: 'done' };
  if (stored.leaseEndsAtMs > nowMs) return { state: 'held', forMs: stored.leaseEndsAtMs - nowMs };
  return { state: lapsed === 'take' ? 'fresh' : 'lapsed' };
}

export function claimedBy({ token, leaseMs, ttlMs }: ClaimRequest, nowMs: number): StoredKey {
  return { token, leaseEndsAtMs: nowMs + leaseMs, forgottenAtMs: nowMs + ttlMs };
}
