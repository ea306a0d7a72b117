import type { ServiceError } from '../errors/service-error.ts';

/**
 * Calls of one owner that began at about the same time, and so are cut off at the same time. They share a signal: one for each
 * call costs more than all else that the engine does for it.
 */
export class Cohort {
  /** Whose calls they are: all calls of one lease are cut off together. */
  readonly owner: object;
  /** When the first of them began. */
  readonly mark: number;
  /** Of the youngest. */
  deadlineMark = 0;
  /** Calls that have not ended. */
  running = 0;
  /** Calls that there were. */
  begun = 0;
  readonly #controller = new AbortController();
  #cutOff: ServiceError | undefined;

  constructor(owner: object, mark: number) {
    this.owner = owner;
    this.mark = mark;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why it was cut off; undefined while it may go on. The handlers decide when they end. */
  get cutOff(): ServiceError | undefined {
    return this.#cutOff;
  }

  /** Aborts the signal, whose reason is the first one; what counts is the last: a lost lease after a missed deadline. */
  cut(reason: ServiceError): void {
    this.#cutOff = reason;
    this.#controller.abort(reason);
  }
}
