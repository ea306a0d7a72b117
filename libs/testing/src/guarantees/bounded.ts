import { Guarantee } from './guarantee.ts';
import type { RunEvent, RunEventOf } from './run-event.ts';
import type { RunHistory } from './run-history.ts';

/** What one member may hold. */
export interface HeldAtMost {
  readonly records: number;
  readonly bytes: number;
  /** @default as many as in all */
  readonly recordsPerPartition?: number | undefined;
  /** @default as many as in all */
  readonly bytesPerPartition?: number | undefined;
  /** Calls that run at the same time. */
  readonly inFlight: number;
  /** What may come in the call in which a partition is paused, in all. */
  readonly beyond: { readonly records: number; readonly bytes: number };
}

/** However much there is to do, a member holds little of it. */
export class Bounded extends Guarantee {
  readonly name = 'bounded';
  readonly definition =
    'A member never holds more records or bytes, in all or of a partition, than its limits and what comes as it pauses, ' +
    'and never runs more calls at once than it may.';
  readonly #atMost: HeldAtMost;

  constructor(history: RunHistory, atMost: HeldAtMost) {
    super(history);
    this.#atMost = atMost;
  }

  watch(event: RunEvent): void {
    if (event.kind === 'held') this.#held(event);
    else if (event.kind === 'call-started') this.#called(event);
  }

  #held(event: RunEventOf<'held'>): void {
    const { records, bytes, recordsPerPartition = records, bytesPerPartition = bytes, beyond } = this.#atMost;
    const { topic, partition } = event;
    const ofOne = topic !== undefined;
    const where = ofOne ? ` of ${topic}-${partition}` : '';
    const most = ofOne ? { records: recordsPerPartition, bytes: bytesPerPartition } : { records, bytes };
    for (const what of ['records', 'bytes'] as const) {
      const limit = most[what] + beyond[what];
      if (event[what] > limit)
        this.violated(`${event.member} held ${event[what]} ${what}${where}, at most ${limit} may be`, event);
    }
  }

  #called(event: RunEventOf<'call-started'>): void {
    const { inFlight } = this.#atMost;
    const running = this.history.runningBy(event.member).size;
    if (running > inFlight)
      this.violated(`${event.member} had ${running} calls running, at most ${inFlight} may be`, event);
  }
}
