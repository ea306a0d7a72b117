import { createHash } from 'node:crypto';
import type { BatchContext, BatchHandler, BatchItem, ItemResult, ItemResults } from '../consumer/subscription.ts';
import { claimKey } from './claim-key.ts';
import { doneBefore } from './done-before.ts';
import type { IdempotencyStore } from '../ports/idempotency-store.ts';
import { type KeyClaim, KeyClaims } from './key-claims.ts';
import { type OnceOptions, onceSettings } from './once-options.ts';
import { ServiceError } from '../errors/service-error.ts';

/**
 * {@link once} for a handler of batches: `onBatch(userRegistered, onceEach(store, trackEvents(api)), { … })`. It is called with
 * those events that are not known to be done, and not at all where there are none.
 */
export function onceEach<Data>(
  store: IdempotencyStore,
  handler: BatchHandler<Data>,
  options: OnceOptions = {},
): BatchHandler<Data> {
  const claims = new KeyClaims(store, onceSettings(options));
  return async (items, context) => {
    const claimed = await claimAll(claims, items);
    const toCall = claimed.filter(({ claim }) => claim?.clearance === 'call');
    const said = toCall.length > 0 ? await callWith(toCall, context, { claims, handler }) : [];
    const failures = new Map(await failuresOf(claims, toCall, said));
    const done = claimed.filter((each) => isCalled(each) && !failures.has(each));
    const untold = await completed(claims, done);
    return claimed.map((each) => (isCalled(each) ? (failures.get(each) ?? untold) : withoutCall(each)));
  };
}

interface Claimed<Data> {
  readonly item: BatchItem<Data>;
  /** Undefined where the same event is in the batch twice, and this is the second. */
  readonly claim: KeyClaim | undefined;
}

/** An event that was published under two keys of order may be in a batch twice. */
async function claimAll<Data>(claims: KeyClaims, items: readonly BatchItem<Data>[]): Promise<readonly Claimed<Data>[]> {
  const all = await claims.claim([...new Set(items.map(claimKey))]);
  const byKey = new Map(all.map((claim) => [claim.key, claim]));
  return items.map((item) => {
    const key = claimKey(item);
    const claim = byKey.get(key);
    byKey.delete(key);
    return { item, claim };
  });
}

function isCalled({ claim }: Pick<Claimed<unknown>, 'claim'>): boolean {
  const clearance = claim?.clearance;
  return clearance === 'call' || (typeof clearance === 'object' && !(clearance instanceof ServiceError));
}

function withoutCall({ claim }: Pick<Claimed<unknown>, 'claim'>): ItemResult {
  if (claim) return claim.clearance instanceof ServiceError ? claim.clearance : doneBefore;
  const options = { targetAtFault: true, notActedOn: true };
  return new ServiceError('CALL_CLAIMED', 'the same event is in this batch already', options);
}

interface Callee<Data> {
  readonly claims: KeyClaims;
  readonly handler: BatchHandler<Data>;
}

/** By item, why it failed. Throws what may be called again in halves. */
async function callWith<Data>(
  toCall: readonly Claimed<Data>[],
  context: BatchContext,
  { claims, handler }: Callee<Data>,
): Promise<ItemResults> {
  const items = toCall.map(({ item }) => item);
  const ours = claimsOf(toCall);
  if (context.signal.aborted) {
    await claims.release(ours);
    throw new ServiceError('CALL_ABORTED', 'it was cut off before its call began', { notSent: true });
  }
  try {
    return checked(await handler(items, { ...context, idempotencyKey: keyOf(ours, context) }), items.length);
  } catch (error) {
    const { failure, mayRepeat } = await claims.failed(ours, error);
    if (mayRepeat) throw failure;
    // Thrown, it would be said of the whole batch, and so of events that were done before.
    return items.map(() => failure as ServiceError);
  }
}

/** A call with fewer events than the batch is another one. */
function keyOf(claims: readonly KeyClaim[], { idempotencyKey }: BatchContext): string {
  const keys = claims.map(({ key }) => key).join('\n');
  return `${idempotencyKey}:${createHash('sha256').update(keys).digest('base64url')}`;
}

/** Results that cannot be told apart say nothing of any event. */
function checked(said: ItemResults | void, size: number): ItemResults {
  if (said === undefined) return [];
  if (said?.length === size) return said;
  throw new ServiceError('UNEXPECTED', `the handler did not return a result for each of ${size} events`);
}

/** What the API said of single events, once their claims are settled. */
function failuresOf<Data>(claims: KeyClaims, toCall: readonly Claimed<Data>[], said: ItemResults) {
  const failed = toCall.flatMap((each, at) => {
    const result = said[at];
    return result instanceof ServiceError ? [{ each, result }] : [];
  });
  return Promise.all(
    failed.map(async ({ each, result }) => {
      const { failure } = await claims.failed(claimsOf([each]), result);
      return [each, failure as ServiceError] as const;
    }),
  );
}

async function completed<Data>(claims: KeyClaims, done: readonly Claimed<Data>[]): Promise<ServiceError | undefined> {
  return done.length > 0 ? claims.complete(claimsOf(done), () => undefined) : undefined;
}

function claimsOf<Data>(claimed: readonly Claimed<Data>[]): readonly KeyClaim[] {
  return claimed.flatMap(({ claim }) => claim ?? []);
}
