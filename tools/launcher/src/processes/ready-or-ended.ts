import { poll } from '../poll.ts';
import type { Exit } from './start-process.ts';

export interface ReadyOptions {
  /** Whether it is ready now; must not reject. */
  readonly isReady: () => Promise<boolean>;
  readonly exited: Promise<Exit>;
  readonly limitMs: number;
  /** Aborted: rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Watches a process that is starting: `ready`, `silent` when it was not ready within the limit, or how it ended before. */
export async function readyOrEnded({
  isReady,
  exited,
  limitMs,
  signal,
}: ReadyOptions): Promise<'ready' | 'silent' | Exit> {
  const over = new AbortController();
  const either = signal ? AbortSignal.any([signal, over.signal]) : over.signal;
  const ready = poll(async () => ((await isReady()) ? ('ready' as const) : undefined), { limitMs, signal: either });
  try {
    return (await Promise.race([ready, exited])) ?? 'silent';
  } finally {
    over.abort();
  }
}
