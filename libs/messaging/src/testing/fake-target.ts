import type { Target } from '../ports/target.ts';

/** A target that does what a test says; it lets everything through otherwise. */
export function fakeTarget(does: Partial<Target> = {}): Target {
  const closedForMs = does.closedForMs ?? (() => undefined);
  return {
    name: 'api',
    closedForMs,
    isProbing: () => false,
    turnStarted: () => undefined,
    turnEnded: () => undefined,
    heldBackMs: () => 0,
    state: () => ({ closedForMs: closedForMs(), breaker: 'closed', why: undefined }),
    stop: () => Promise.resolve(),
    ...does,
  };
}
