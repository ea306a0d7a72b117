import type { ServiceError } from '../errors/service-error.ts';

/** One call of a handler while it runs. Its signal is made when somebody asks for it: most of a call's cost, else. */
export class Call {
  /** What it belongs to: all calls of one lease are cut off together. */
  readonly owner: object;
  readonly deadlineMark: number;
  /** Its neighbours by age, among those that are running. */
  older: Call | undefined;
  younger: Call | undefined;
  #controller: AbortController | undefined;
  #cutOff: ServiceError | undefined;

  constructor(owner: object, deadlineMark: number) {
    this.owner = owner;
    this.deadlineMark = deadlineMark;
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#cutOff) this.#controller.abort(this.#cutOff);
    }
    return this.#controller.signal;
  }

  /** Why it was cut off; undefined while it may go on. The handler decides when it ends. */
  get cutOff(): ServiceError | undefined {
    return this.#cutOff;
  }

  /** Aborts the signal, whose reason is the first one; what counts is the last: a lost lease after a missed deadline. */
  cut(reason: ServiceError): void {
    this.#cutOff = reason;
    this.#controller?.abort(reason);
  }
}
