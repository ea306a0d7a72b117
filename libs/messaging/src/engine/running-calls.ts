import type { Clock } from '../ports/clock.ts';
import { type CallOwner, Cohort } from './cohort.ts';
import { ServiceError } from '../errors/service-error.ts';

export interface RunningCallsOptions {
  /** From the start of a call to the moment when it is cut off; up to a hundredth more where others began meanwhile. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** The longest time between the first call of a cohort and the last, as a part of the time that each has. */
const spread = 1 / 100;
/** Listening to a signal takes time by the number of its listeners. */
const cohortSize = 64;

/** The calls that are running, in cohorts, with one timer for all. One that was cut off, and does not listen, stays in it. */
export class RunningCalls {
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  /** All in which a call runs, by age. */
  readonly #cohorts = new Set<Cohort>();
  /** By owner: the one that its next call joins. */
  readonly #youngest = new Map<CallOwner, Cohort>();
  #stopTimer: (() => void) | undefined;

  constructor({ timeoutMs, clock }: RunningCallsOptions) {
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
  }

  /** Begins a call of `owner`, which is to be ended once. */
  start(owner: CallOwner): Cohort {
    const mark = this.#clock.mark();
    const cohort = this.#joinable(owner, mark) ?? this.#open(owner, mark);
    cohort.deadlineMark = mark + this.#timeoutMs;
    cohort.begun++;
    cohort.running++;
    this.#stopTimer ??= this.#clock.after(this.#timeoutMs, () => this.#cutOverdue());
    return cohort;
  }

  end(cohort: Cohort): void {
    if (--cohort.running > 0) return;
    this.#cohorts.delete(cohort);
    if (this.#youngest.get(cohort.owner) === cohort) this.#youngest.delete(cohort.owner);
    if (this.#cohorts.size > 0) return;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  /** Cuts off all of `owner`. */
  cut(owner: CallOwner, reason: ServiceError): void {
    for (const cohort of this.#cohorts) if (cohort.owner === owner) cohort.cut(reason);
  }

  #joinable(owner: CallOwner, mark: number): Cohort | undefined {
    const youngest = this.#youngest.get(owner);
    if (!youngest || youngest.cutOff || youngest.begun >= cohortSize) return undefined;
    return mark - youngest.mark <= this.#timeoutMs * spread ? youngest : undefined;
  }

  #open(owner: CallOwner, mark: number): Cohort {
    const cohort = new Cohort(owner, mark);
    this.#cohorts.add(cohort);
    this.#youngest.set(owner, cohort);
    return cohort;
  }

  #cutOverdue(): void {
    this.#stopTimer = undefined;
    const mark = this.#clock.mark();
    const message = `the handler did not end within ${this.#timeoutMs} ms; it was cut off`;
    let next = Infinity;
    for (const cohort of this.#cohorts) {
      if (cohort.cutOff) continue;
      if (cohort.deadlineMark <= mark) cohort.cut(new ServiceError('API_TIMEOUT', message));
      else next = Math.min(next, cohort.deadlineMark);
    }
    if (next < Infinity) this.#stopTimer = this.#clock.after(next - mark, () => this.#cutOverdue());
  }
}
