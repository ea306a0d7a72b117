import { type Clock, createSystemClock } from '../ports/clock.ts';
import type { Claim, ClaimRequest, IdempotencyStore } from '../ports/idempotency-store.ts';

interface Held {
  readonly token: string | undefined;
  readonly leaseEndsAt: number;
  readonly forgottenAt: number;
}

/** Keys looked at with each claim for being forgotten, the oldest first. */
const lookedAt = 2;

/**
 * Keys in this process's memory: for tests, and for what one process hears twice (an event that was published twice, a partition
 * that comes back). It knows nothing of a life before, nor of other members. A key takes about 300 bytes until its `ttlMs` is over.
 */
export function createInMemoryIdempotencyStore({
  clock = createSystemClock(),
}: { readonly clock?: Pick<Clock, 'mark'> } = {}): IdempotencyStore & { readonly size: number } {
  const all = new Map<string, Held>();
  const known = (key: string) => {
    const held = all.get(key);
    return held && held.forgottenAt > clock.mark() ? held : undefined;
  };
  const set = (key: string, held: Held) => {
    // What is set last is last in the map.
    all.delete(key);
    all.set(key, held);
  };
  return {
    get size() {
      return all.size;
    },
    claim: async (requests) => {
      forgetSome(all, clock.mark(), requests.length * lookedAt);
      return requests.map((request) => {
        const claim = judge(request, known(request.key), clock.mark());
        if (claim.state === 'fresh') set(request.key, heldBy(request, clock.mark()));
        return claim;
      });
    },
    complete: async (keys, ttlMs) => {
      const forgottenAt = clock.mark() + ttlMs;
      for (const key of keys) set(key, { token: undefined, leaseEndsAt: 0, forgottenAt });
    },
    release: async (claims) => {
      for (const { key, token } of claims) if (all.get(key)?.token === token) all.delete(key);
    },
  };
}

function judge({ token, lapsed }: ClaimRequest, held: Held | undefined, nowMs: number): Claim {
  if (!held || held.token === token) return { state: 'fresh' };
  if (held.token === undefined) return { state: 'done' };
  if (held.leaseEndsAt > nowMs) return { state: 'held', forMs: held.leaseEndsAt - nowMs };
  return { state: lapsed === 'take' ? 'fresh' : 'lapsed' };
}

function heldBy({ token, leaseMs, ttlMs }: ClaimRequest, nowMs: number): Held {
  return { token, leaseEndsAt: nowMs + leaseMs, forgottenAt: nowMs + ttlMs };
}

function forgetSome(all: Map<string, Held>, nowMs: number, atMost: number): void {
  let left = atMost;
  for (const [key, { forgottenAt }] of all) {
    if (left-- === 0 || forgottenAt > nowMs) return;
    all.delete(key);
  }
}
