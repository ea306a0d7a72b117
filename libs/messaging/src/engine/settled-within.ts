import type { Clock } from '../ports/clock.ts';

/** Waits for `promise`, but not longer than `timeoutMs`; what it does later is its own affair. */
export async function settledWithin(promise: Promise<void>, timeoutMs: number, clock: Clock): Promise<void> {
  if (timeoutMs <= 0) return;
  const timeout = Promise.withResolvers<void>();
  const stopWaiting = clock.after(timeoutMs, timeout.resolve);
  await Promise.race([promise, timeout.promise]);
  stopWaiting();
}
