import { inOrder, reversed } from './in-order.ts';

/** Something a system is made of. `start` and `stop` are called by `startParts` and `stopParts` alone. */
export interface Part {
  readonly name: string;
  /** Parts that stand before it in the list, ready before it starts and stopped after it. */
  readonly needs: readonly string[];
  /** Resolves when others may rely on it. Aborted, it may still resolve; `stop` is called then, too. */
  start(signal: AbortSignal): Promise<void>;
  /** Does nothing for what is not running; never rejects. */
  stop(): Promise<void>;
}

/** Starts every part as early as its needs allow. On a failure, or when `outer` aborts, all are stopped before it rejects. */
export async function startParts(parts: readonly Part[], outer?: AbortSignal): Promise<void> {
  const over = new AbortController();
  const abort = (): void => over.abort(outer?.reason);
  const begun: Promise<void>[] = [];
  outer?.addEventListener('abort', abort, { once: true });
  try {
    outer?.throwIfAborted();
    await Promise.race([aborted(over.signal), startAll(parts, over.signal, begun)]);
  } catch (error) {
    over.abort(error);
    // The first round ends parts that are on their way and would not be heard of for a minute, the second those that
    // had begun so recently that there was nothing to stop yet.
    await stopParts(parts);
    await Promise.allSettled(begun);
    await stopParts(parts);
    throw error;
  } finally {
    outer?.removeEventListener('abort', abort);
  }
}

/** Stops every part after those that need it. */
export async function stopParts(parts: readonly Part[]): Promise<void> {
  const byName = new Map(parts.map((part) => [part.name, part]));
  await inOrder(reversed(parts), async ({ name }) => byName.get(name)?.stop());
}

function startAll(parts: readonly Part[], signal: AbortSignal, begun: Promise<void>[]): Promise<void> {
  return inOrder(parts, (part) => {
    signal.throwIfAborted();
    const start = part.start(signal);
    begun.push(start);
    return start;
  });
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
}
