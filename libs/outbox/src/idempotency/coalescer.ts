/** In one statement, at most. */
const mostTogether = 1_000;

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One statement at a time: what arrives while one runs goes into the next, so that there are as many keys in each as the database
 * is slow. No key is twice in one; the second goes into a later one. Where a statement fails, it fails for all that is in it.
 */
export class Coalescer<Item extends { readonly key: string }, Result> {
  readonly #carryOut: (items: readonly Item[]) => Promise<readonly Result[]>;
  #waiting: Waiting<Item, Result>[] = [];
  #running = false;

  /** @param carryOut resolves to one result per item, in order */
  constructor(carryOut: (items: readonly Item[]) => Promise<readonly Result[]>) {
    this.#carryOut = carryOut;
  }

  run(items: readonly Item[]): Promise<readonly Result[]> {
    const results = items.map((item) => {
      return new Promise<Result>((resolve, reject) => void this.#waiting.push({ item, resolve, reject }));
    });
    if (!this.#running) void this.#runAll();
    return Promise.all(results);
  }

  async #runAll(): Promise<void> {
    this.#running = true;
    // What else happens in this turn of the event loop goes with the first.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) await this.#runSome(this.#take());
    this.#running = false;
  }

  #take(): readonly Waiting<Item, Result>[] {
    const taken = new Map<string, Waiting<Item, Result>>();
    const left: Waiting<Item, Result>[] = [];
    for (const each of this.#waiting) {
      if (taken.size < mostTogether && !taken.has(each.item.key)) taken.set(each.item.key, each);
      else left.push(each);
    }
    this.#waiting = left;
    return [...taken.values()];
  }

  async #runSome(some: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#carryOut(some.map(({ item }) => item));
      for (const [at, { resolve }] of some.entries()) resolve(results[at] as Result);
    } catch (error) {
      for (const { reject } of some) reject(error);
    }
  }
}
