import type { StepContext } from '../consumer/subscription.ts';
import { claimKey } from './claim-key.ts';
import { doneBefore, type DoneBefore } from './done-before.ts';
import type { IdempotencyStore } from '../ports/idempotency-store.ts';
import { type KeyClaim, KeyClaims } from './key-claims.ts';
import { type OnceOptions, onceSettings } from './once-options.ts';
import { ServiceError } from '../errors/service-error.ts';

/**
 * For an API without idempotency keys: `work`, a handler or a step, that is not called again where it is known to be done,
 * whichever member has done it.
 *
 * ```ts
 * on(userRegistered, once(store, welcomeEmail(api)), { name: 'notification' });
 * step('crm', once(store, (call) => crm.post('/contacts', { name }, call)));
 * ```
 *
 * An event that was done before ends as `skipped`; a step resolves to {@link doneBefore}. After a failure that says that the API
 * has not acted ({@link ServiceError.notActedOn}) the next attempt calls again; what follows others is
 * {@link OnceOptions.uncertain}. While the store is away nothing is called, and no attempt counts. Throws `CONFIG_INVALID`.
 */
export function once<Args extends readonly [...unknown[], StepContext], Result>(
  store: IdempotencyStore,
  work: (...args: Args) => Promise<Result>,
  options: OnceOptions = {},
): (...args: Args) => Promise<Result | DoneBefore> {
  const claims = new KeyClaims(store, onceSettings(options));
  return async (...args) => {
    const call = args.at(-1) as StepContext;
    const [claim] = await claims.claim([claimKey(call)]);
    if (!claim || claim.clearance === 'done-before') return doneBefore;
    const { clearance } = claim;
    if (clearance instanceof ServiceError) throw clearance;
    const made = clearance === 'call' ? await make({ claim, call, claims }, () => work(...args)) : clearance;
    const untold = await claims.complete([claim], () => made.result);
    if (untold) throw untold;
    return made.result as Result;
  };
}

interface ClaimedCall {
  readonly claim: KeyClaim;
  readonly call: StepContext;
  readonly claims: KeyClaims;
}

async function make<Result>({ claim, call, claims }: ClaimedCall, work: () => Promise<Result>) {
  if (call.signal.aborted) {
    await claims.release([claim]);
    throw new ServiceError('CALL_ABORTED', 'it was cut off before its call began', { notSent: true });
  }
  try {
    return { result: await work() };
  } catch (error) {
    throw (await claims.failed([claim], error)).failure;
  }
}
