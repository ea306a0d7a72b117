import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** What an API counts beside its effects. */
export interface Counts {
  /** POSTs that arrived, whatever became of them. */
  calls: number;
  /** Answers given again because the idempotency key was known. */
  replays: number;
  /** Calls that the fault made fail. */
  failures: number;
  /** Calls that were answered 4xx because something was wrong with them. */
  rejections: number;
  /** Calls that came while another one of the same order key waited for its answer. */
  overlaps: number;
  /** Most callers that waited for an answer at the same time. */
  peakInFlight: number;
}

const zeros: Counts = { calls: 0, replays: 0, failures: 0, rejections: 0, overlaps: 0, peakInFlight: 0 };

/** Counts by API: added to in memory, and saved as absolute numbers, so that one save stands for any number of calls. */
export class CounterTable {
  readonly #counts = new Map<string, Counts>();
  readonly #unsaved = new Set<string>();
  readonly #upsert: StatementSync;
  readonly #deleteAll: StatementSync;

  constructor(database: DatabaseSync) {
    this.#upsert = database.prepare(
      'INSERT INTO counters (api, counts) VALUES (?, ?) ON CONFLICT (api) DO UPDATE SET counts = excluded.counts',
    );
    this.#deleteAll = database.prepare('DELETE FROM counters');
    for (const { api, counts } of database.prepare('SELECT api, counts FROM counters').all()) {
      this.#counts.set(String(api), { ...zeros, ...(JSON.parse(String(counts)) as Partial<Counts>) });
    }
  }

  get apis(): Iterable<string> {
    return this.#counts.keys();
  }

  read(api: string): Readonly<Counts> {
    return this.#counts.get(api) ?? zeros;
  }

  add(api: string, name: keyof Counts): void {
    this.#change(api)[name] += 1;
  }

  /** Raises the peak to `inFlight` where that is higher. */
  raisePeak(api: string, inFlight: number): void {
    if (inFlight > this.read(api).peakInFlight) this.#change(api).peakInFlight = inFlight;
  }

  /** Writes what has changed; to be called in a transaction. */
  save(): void {
    for (const api of this.#unsaved) this.#upsert.run(api, JSON.stringify(this.read(api)));
    this.#unsaved.clear();
  }

  /** Back to zero; to be called in a transaction. */
  clear(): void {
    this.#counts.clear();
    this.#unsaved.clear();
    this.#deleteAll.run();
  }

  #change(api: string): Counts {
    const counts = this.#counts.get(api) ?? { ...zeros };
    this.#counts.set(api, counts);
    this.#unsaved.add(api);
    return counts;
  }
}
