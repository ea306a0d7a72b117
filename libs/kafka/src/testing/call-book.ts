import type { Call } from './consumer-protocol.ts';

/** All calls of all processes, and what may be said of them. */
export class CallBook {
  readonly #calls: Call[] = [];
  /** How many of each record have ended, by `key number`. */
  readonly #ended = new Map<string, number>();

  readonly add = (call: Call): void => {
    this.#calls.push(call);
    if (call.what === 'ended') this.#ended.set(nameOf(call), (this.#ended.get(nameOf(call)) ?? 0) + 1);
  };

  /** Records whose call has ended at least once. */
  get done(): number {
    return this.#ended.size;
  }

  calledBy(name: string): boolean {
    return this.#calls.some(({ by }) => by === name);
  }

  /** Started by a process that has not ended them. */
  open(by: string): readonly string[] {
    const names = (what: Call['what']) =>
      this.#calls.filter((call) => call.by === by && call.what === what).map(nameOf);
    const ended = new Set(names('ended'));
    return names('started').filter((name) => !ended.has(name));
  }

  /** Records that were called for more than once. */
  get repeated(): readonly string[] {
    const once = new Set<string>();
    const again = new Set<string>();
    for (const call of this.#calls) {
      if (call.what !== 'started') continue;
      (once.has(nameOf(call)) ? again : once).add(nameOf(call));
    }
    return [...again];
  }

  /**
   * Calls for a key that began while another one for it was underway, or out of their order; a record that is called again
   * may come after later ones of its key. `gone`: when processes were killed; their calls ended then.
   */
  breaches(gone: Readonly<Record<string, number>> = {}): readonly string[] {
    const keys = Map.groupBy(this.#calls, ({ key }) => key);
    return [...keys.values()].flatMap((calls) => breachesOf(calls, gone));
  }
}

function breachesOf(calls: readonly Call[], gone: Readonly<Record<string, number>>): readonly string[] {
  const found: string[] = [];
  let running: Call | undefined;
  let next = 0;
  for (const call of calls.toSorted((one, other) => one.atMs - other.atMs)) {
    const name = `${nameOf(call)} at ${call.by}`;
    if (call.what === 'ended') {
      if (running?.by === call.by && running.number === call.number) running = undefined;
      continue;
    }
    if (running && call.atMs < (gone[running.by] ?? Infinity))
      found.push(`${name} during ${nameOf(running)} at ${running.by}`);
    if (call.number > next) found.push(`${name} before ${next}`);
    next = Math.max(next, call.number + 1);
    running = call;
  }
  return found;
}

function nameOf({ key, number }: Call): string {
  return `${key} ${number}`;
}
