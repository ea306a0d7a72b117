import { type Clock, createSystemClock } from '../ports/clock.ts';
import type { IdempotencyStore } from '../ports/idempotency-store.ts';
import { claimedBy, judgeClaim, type StoredKey } from './judge-claim.ts';

/** Keys that each claim looks at, the oldest first, for having been there long enough. */
const lookedAt = 2;

/**
 * Keys in this process's memory: for tests, and for what one process hears twice (an event that was published twice, a partition
 * that comes back). It knows nothing of an earlier life, nor of other members. A key takes some 300 bytes until its time is over.
 */
export function createInMemoryIdempotencyStore({
  clock = createSystemClock(),
}: { readonly clock?: Pick<Clock, 'mark'> } = {}): IdempotencyStore & { readonly size: number } {
  const keys = new Map<string, StoredKey>();
  /** What is stored last is last in the map. */
  const store = (key: string, stored: StoredKey) => {
    keys.delete(key);
    keys.set(key, stored);
  };
  return {
    get size() {
      return keys.size;
    },
    claim: async (requests) => {
      const nowMs = clock.mark();
      forget(keys, nowMs, requests.length * lookedAt);
      return requests.map((request) => {
        const claim = judgeClaim(request, keys.get(request.key), nowMs);
        if (claim.state === 'fresh') store(request.key, claimedBy(request, nowMs));
        return claim;
      });
    },
    complete: async (done, ttlMs) => {
      const forgottenAtMs = clock.mark() + ttlMs;
      for (const key of done) store(key, { token: undefined, leaseEndsAtMs: 0, forgottenAtMs });
    },
    release: async (claims) => {
      for (const { key, token } of claims) if (keys.get(key)?.token === token) keys.delete(key);
    },
  };
}

function forget(keys: Map<string, StoredKey>, nowMs: number, atMost: number): void {
  let left = atMost;
  for (const [key, { forgottenAtMs }] of keys) {
    if (left-- === 0 || forgottenAtMs > nowMs) return;
    keys.delete(key);
  }
}
