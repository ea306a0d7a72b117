import type { DatabaseSync } from 'node:sqlite';
import type { Call } from './call.ts';
import { type Counts, CounterTable } from './counter-table.ts';
import { type Effect, EffectTable, type EffectTotals, type Performed } from './effect-table.ts';
import { GroupCommit } from './group-commit.ts';
import { openDatabase } from './open-database.ts';

const none: EffectTotals = { effects: 0, orderViolations: 0 };

/** All that stub APIs remember, in one SQLite file: effects, kept results and counts. What was awaited outlives kill -9. */
export class StubMemory {
  readonly #database: DatabaseSync;
  readonly #counters: CounterTable;
  readonly #effects: EffectTable;
  readonly #commit: GroupCommit;
  readonly #totals: Map<string, EffectTotals>;

  /** @param file of SQLite, or `:memory:` */
  constructor(file: string) {
    this.#database = openDatabase(file);
    this.#counters = new CounterTable(this.#database);
    this.#effects = new EffectTable(this.#database);
    this.#totals = this.#effects.totals();
    this.#commit = new GroupCommit(this.#database, () => this.#counters.save());
  }

  /** Every API that was ever called, in no order. */
  get apis(): Iterable<string> {
    return this.#counters.apis;
  }

  /** Counts one more; saved at the end of this turn of the event loop. */
  count(api: string, name: Exclude<keyof Counts, 'peakInFlight'>): void {
    this.#counters.add(api, name);
    this.#commit.schedule();
  }

  raisePeak(api: string, inFlight: number): void {
    this.#counters.raisePeak(api, inFlight);
    this.#commit.schedule();
  }

  /** Resolves when all that was counted is saved. */
  saved(): Promise<void> {
    return this.#commit.run(() => undefined);
  }

  read(api: string): Counts & EffectTotals {
    return { ...this.#counters.read(api), ...(this.#totals.get(api) ?? none) };
  }

  knows(call: Call): boolean {
    return this.#effects.knows(call);
  }

  /** Lets a call take effect, unless its idempotency key has done so before; resolves when that is saved. */
  async perform(call: Call, atMs: number): Promise<Performed> {
    const performed = await this.#commit.run(() => this.#effects.perform(call, atMs));
    if (performed.kind === 'effect') this.#addToTotals(call.api, performed.outOfOrder);
    return performed;
  }

  /** The effects of one API in the order in which they took effect, page by page. */
  effects(api: string, orderKey?: string): Iterable<readonly Effect[]> {
    return this.#effects.pages(api, orderKey);
  }

  /** Forgets everything: counts, effects, and the results kept for idempotency keys. */
  async reset(): Promise<void> {
    await this.#commit.run(() => {
      this.#effects.clear();
      this.#counters.clear();
    });
    this.#totals.clear();
  }

  close(): void {
    this.#commit.flush();
    this.#database.close();
  }

  #addToTotals(api: string, outOfOrder: boolean): void {
    const { effects, orderViolations } = this.#totals.get(api) ?? none;
    this.#totals.set(api, { effects: effects + 1, orderViolations: orderViolations + Number(outOfOrder) });
  }
}
