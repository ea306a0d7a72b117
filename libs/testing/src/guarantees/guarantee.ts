import type { RunEvent } from './run-event.ts';
import type { RunHistory } from './run-history.ts';

/** That a guarantee was not kept, and the events that show it, as they happened. */
export interface Violation {
  readonly what: string;
  readonly evidence: readonly RunEvent[];
}

/** Something promised of every run. It watches one run, and keeps the smallest counterexample that it has seen. */
export abstract class Guarantee {
  abstract readonly name: string;
  /** What is promised, in one sentence. */
  abstract readonly definition: string;
  protected readonly history: RunHistory;
  #violations = 0;
  #smallest: Violation | undefined;

  /** `history` has each event before this guarantee has it. */
  constructor(history: RunHistory) {
    this.history = history;
  }

  abstract watch(event: RunEvent): void;

  /** How often it was not kept. */
  get violations(): number {
    return this.#violations;
  }

  /** The counterexample of the fewest events, the first one of those. */
  get smallest(): Violation | undefined {
    return this.#smallest;
  }

  protected violated(what: string, ...events: readonly (RunEvent | undefined)[]): void {
    this.#violations++;
    const evidence = this.history.inOrder(events.filter((event) => event !== undefined));
    if (this.#smallest && this.#smallest.evidence.length <= evidence.length) return;
    this.#smallest = { what, evidence };
  }
}
