/** What is asked before a call. */
export interface ClaimRequest {
  /** Names the call, the same over attempts, redeliveries and members: from 1 to 256 printable ASCII characters. */
  readonly key: string;
  /** Names who asks: what holds a claim may claim it again. */
  readonly token: string;
  /** For how long nobody else gets the key, in ms. */
  readonly leaseMs: number;
  /** For how long the key is remembered, in ms from now on. */
  readonly ttlMs: number;
  /** What comes of a claim of others whose lease is over: it is told of, or becomes ours. */
  readonly lapsed: 'tell' | 'take';
}

/**
 * What the store knows of a key. `fresh`: it is ours now, and is to be called. `done`: it was completed. `held`: another has it,
 * for `forMs` at most. `lapsed`: it was claimed and neither completed nor released in time; whether it was called, nobody knows.
 */
export type Claim =
  { readonly state: 'fresh' | 'done' | 'lapsed' } | { readonly state: 'held'; readonly forMs: number };

/**
 * Port: what was called, shared by all members of a group, for APIs that cannot tell a repeated call from a new one. Keys of one
 * request are distinct. What a method has resolved to is durable, and seen by all from then on; where it rejects, that is not
 * known, and it may be repeated. Its times are the store's own, so that clocks of members do not matter.
 */
export interface IdempotencyStore {
  /** One claim per request, in order. Of several that ask for a key at once, one gets it. */
  claim(requests: readonly ClaimRequest[]): Promise<readonly Claim[]>;
  /** The keys' calls have been made, whoever holds them now: remembered for `ttlMs`. */
  complete(keys: readonly string[], ttlMs: number): Promise<void>;
  /** The keys were surely not called: whoever asks next gets them. Claims of others, and what is done, stay. */
  release(claims: readonly Pick<ClaimRequest, 'key' | 'token'>[]): Promise<void>;
}
