import type { CallOwner, Cohort } from './cohort.ts';
import type { Batching, TurnResult } from './delivery.ts';
import type { HeldRecord } from './held-record.ts';
import type { LeaseWork } from './lease-work.ts';
import type { Outcome } from '../ports/outcome.ts';
import type { RunningCalls } from './running-calls.ts';
import type { ServiceError } from '../errors/service-error.ts';

export interface TurnsOptions {
  readonly calls: RunningCalls;
  readonly finished: (held: HeldRecord, outcome: Outcome) => void;
  /** Told of each lease that has ended before the turn of what is of it. */
  readonly ended: (work: LeaseWork) => void;
  /** Told of each lease of which something may have finished, once for all that did. */
  readonly changed: (work: LeaseWork) => void;
}

class RunningBatch implements CallOwner {
  readonly works: ReadonlySet<LeaseWork>;

  constructor(works: ReadonlySet<LeaseWork>) {
    this.works = works;
  }

  get ended(): boolean {
    return [...this.works].some(({ ended }) => ended);
  }
}

/**
 * Turns that records have by themselves, or together, of one lease or of several. Where one of those ends, the whole call is
 * cut off: it could overlap with the next owner's. What is of the other leases has another turn at once, then.
 */
export class Turns {
  readonly #options: TurnsOptions;
  readonly #batches = new Set<RunningBatch>();

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** Resolves to the wait in ms before its next turn, undefined where it has had its last. */
  run(held: HeldRecord): Promise<number | undefined> {
    const { work, delivery } = held;
    if (work.ended) return this.#endedBefore(work);
    const cohort = this.#options.calls.start(work);
    work.turnStarted();
    return delivery.turn(cohort).then((result) => this.#turned(held, cohort, result));
  }

  /** Resolves to what {@link run} does, for each. */
  async runTogether(records: readonly HeldRecord[]): Promise<readonly (number | undefined)[]> {
    const works = new Set(records.map(({ work }) => work));
    const ended = new Set([...works].filter((work) => work.ended));
    for (const work of ended) this.#options.ended(work);
    const batching = records[0]?.delivery.batching;
    if (batching && ended.size === 0) return this.#runBatch(batching, records, works);
    // What is left has its turn in the next batch.
    return records.map(({ work }) => (ended.has(work) ? undefined : 0));
  }

  /** Cuts off all calls that have something of `work` in them. */
  cut(work: LeaseWork, reason: ServiceError): void {
    const { calls } = this.#options;
    calls.cut(work, reason);
    for (const batch of this.#batches) if (batch.works.has(work)) calls.cut(batch, reason);
  }

  async #endedBefore(work: LeaseWork): Promise<undefined> {
    this.#options.ended(work);
  }

  #turned(held: HeldRecord, cohort: Cohort, result: TurnResult): number | undefined {
    const { calls, finished, changed } = this.#options;
    const { work } = held;
    calls.end(cohort);
    if (typeof result === 'string') finished(held, result);
    if (!work.ended) changed(work);
    work.turnEnded();
    return typeof result === 'number' ? result : undefined;
  }

  async #runBatch(
    batching: Batching,
    records: readonly HeldRecord[],
    works: ReadonlySet<LeaseWork>,
  ): Promise<readonly (number | undefined)[]> {
    const { calls, changed } = this.#options;
    const batch = new RunningBatch(works);
    const cohort = calls.start(batch);
    this.#batches.add(batch);
    for (const work of works) work.turnStarted();
    const deliveries = records.map(({ delivery }) => delivery);
    const results = await batching.turn(deliveries, cohort);
    this.#batches.delete(batch);
    calls.end(cohort);
    const waits = records.map((held, at) => this.#settled(held, results[at]));
    for (const work of works) {
      if (!work.ended) changed(work);
      work.turnEnded();
    }
    return waits;
  }

  #settled(held: HeldRecord, result: TurnResult): number | undefined {
    const { ended, closing } = held.work;
    if (typeof result === 'string') this.#options.finished(held, result);
    if (result === undefined && !ended && !closing) return 0;
    return typeof result === 'number' ? result : undefined;
  }
}
