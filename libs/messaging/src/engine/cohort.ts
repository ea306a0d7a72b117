import { lostToAnother } from './cut-off.ts';
import type { ServiceError } from '../errors/service-error.ts';

/** Whose calls are cut off together: a lease's, or those of a batch. */
export interface CallOwner {
  /** Nothing of it may begin any more. By the clock: a process that stood still is told of it later than it came. */
  readonly ended: boolean;
}

/**
 * Calls of one owner that began at about the same time, and so are cut off at the same time. They share a signal: one for each
 * call costs more than all else that the engine does for it.
 */
export class Cohort {
  readonly owner: CallOwner;
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

  constructor(owner: CallOwner, mark: number) {
    this.owner = owner;
    this.mark = mark;
  }

  /** To be asked for just before something is sent: it is aborted once the owner has ended, whoever knows of that yet. */
  get signal(): AbortSignal {
    if (!this.#cutOff && this.owner.ended) this.cut(lostToAnother());
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
