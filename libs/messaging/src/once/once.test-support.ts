import type { Claim, ClaimRequest, IdempotencyStore } from '../ports/idempotency-store.ts';
import { createInMemoryIdempotencyStore } from './in-memory-idempotency-store.ts';

/** A store in memory that fails, or waits for ever, when it is told to. */
export class TestStore implements IdempotencyStore {
  readonly #inner = createInMemoryIdempotencyStore();
  /** Every claim so far: what was asked, and the answer. */
  readonly claims: { readonly key: string; readonly state: Claim['state'] }[] = [];
  readonly completed: string[] = [];
  readonly released: string[] = [];
  /** Awaited before and after each method; throw here to fail it, before or after it was carried out. */
  at: (method: 'claim' | 'complete' | 'release', when: 'before' | 'after') => Promise<void> = () => Promise.resolve();

  async claim(requests: readonly ClaimRequest[]): Promise<readonly Claim[]> {
    await this.at('claim', 'before');
    const claims = await this.#inner.claim(requests);
    for (const [at, { state }] of claims.entries()) this.claims.push({ key: requests[at]?.key ?? '', state });
    await this.at('claim', 'after');
    return claims;
  }

  async complete(keys: readonly string[], ttlMs: number): Promise<void> {
    await this.at('complete', 'before');
    await this.#inner.complete(keys, ttlMs);
    this.completed.push(...keys);
    await this.at('complete', 'after');
  }

  async release(claims: readonly Pick<ClaimRequest, 'key' | 'token'>[]): Promise<void> {
    await this.at('release', 'before');
    await this.#inner.release(claims);
    this.released.push(...claims.map(({ key }) => key));
    await this.at('release', 'after');
  }

  /** The states that claims of a key found, oldest first. */
  statesOf(key: string): readonly Claim['state'][] {
    return this.claims.filter((claim) => claim.key === key).map(({ state }) => state);
  }
}
