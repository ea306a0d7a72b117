import { setTimeout as delay } from 'node:timers/promises';

export interface PollOptions {
  /** @default 50 */
  readonly intervalMs?: number;
  /** Past it, `poll` resolves with undefined. */
  readonly limitMs: number;
  /** Aborted: `poll` rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Asks `check` again and again until it resolves with something other than undefined, and resolves with that. */
export async function poll<Result>(
  check: () => Promise<Result | undefined>,
  { intervalMs = 50, limitMs, signal }: PollOptions,
): Promise<Result | undefined> {
  const end = performance.now() + limitMs;
  for (;;) {
    signal?.throwIfAborted();
    const result = await check();
    if (result !== undefined || performance.now() > end) return result;
    await delay(intervalMs, undefined, signal ? { signal } : {});
  }
}
