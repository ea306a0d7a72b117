/** Wants to know when a signal is aborted. */
export interface AbortListener {
  aborted(): void;
}

/** Those who share a signal. It has one listener, however many they are; mostly there is one. */
class Sharers {
  #only: AbortListener | undefined;
  #all: Set<AbortListener> | undefined;

  constructor(first: AbortListener) {
    this.#only = first;
  }

  add(listener: AbortListener): void {
    this.#all ??= new Set(this.#only && [this.#only]);
    this.#only = undefined;
    this.#all.add(listener);
  }

  /** Whether that was the last one. */
  delete(listener: AbortListener): boolean {
    if (this.#only === listener) this.#only = undefined;
    this.#all?.delete(listener);
    return !this.#only && !this.#all?.size;
  }

  handleEvent(): void {
    this.#only?.aborted();
    for (const listener of this.#all ?? []) listener.aborted();
  }
}

/** The signals that anybody listens to now; held firmly, since looking after weak references costs more than all the rest. */
const known = new Map<AbortSignal, Sharers>();

/**
 * Tells `listener` when `signal` is aborted, until {@link stopListening}. Adding to a signal's own list takes time in
 * proportion to its length, and callers may give one signal to thousands of calls.
 */
export function listen(signal: AbortSignal, listener: AbortListener): void {
  const sharers = known.get(signal);
  if (sharers) return sharers.add(listener);
  const first = new Sharers(listener);
  known.set(signal, first);
  signal.addEventListener('abort', first);
}

/** Harmless for one who does not listen. */
export function stopListening(signal: AbortSignal, listener: AbortListener): void {
  const sharers = known.get(signal);
  if (!sharers?.delete(listener)) return;
  known.delete(signal);
  signal.removeEventListener('abort', sharers);
}
