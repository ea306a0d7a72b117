const listeners = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `listener` when `signal` is aborted; returns the function that takes it back. However many calls share a signal, it
 * has one listener from here: adding to a signal's own list costs time in proportion to the list's length.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  const shared = listenersOf(signal);
  shared.add(listener);
  return () => shared.delete(listener);
}

function listenersOf(signal: AbortSignal): Set<() => void> {
  const known = listeners.get(signal);
  if (known) return known;
  const shared = new Set<() => void>();
  listeners.set(signal, shared);
  signal.addEventListener('abort', () => callAll(shared), { once: true });
  return shared;
}

function callAll(shared: ReadonlySet<() => void>): void {
  for (const listener of shared) listener();
}
