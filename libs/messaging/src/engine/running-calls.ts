import { Call } from './call.ts';
import type { Clock } from '../ports/clock.ts';
import { ServiceError } from '../errors/service-error.ts';

export interface RunningCallsOptions {
  /** From the start of a call to the moment when it is cut off. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/**
 * The calls that are running, by age, which is the order of their deadlines, too: so one timer, for the oldest, does for
 * all. A call that has passed it, and does not listen, is kept apart until it ends.
 */
export class RunningCalls {
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #overdue = new Set<Call>();
  #oldest: Call | undefined;
  #youngest: Call | undefined;
  #stopTimer: (() => void) | undefined;

  constructor({ timeoutMs, clock }: RunningCallsOptions) {
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
  }

  start(owner: object): Call {
    const call = new Call(owner, this.#clock.mark() + this.#timeoutMs);
    call.older = this.#youngest;
    if (this.#youngest) this.#youngest.younger = call;
    else this.#oldest = call;
    this.#youngest = call;
    this.#stopTimer ??= this.#clock.after(this.#timeoutMs, () => this.#cutOverdue());
    return call;
  }

  end(call: Call): void {
    if (call.cutOff) this.#overdue.delete(call);
    else this.#remove(call);
  }

  /** Cuts off all of `owner`. */
  cut(owner: object, reason: ServiceError): void {
    for (const call of this.#overdue) if (call.owner === owner) call.cut(reason);
    for (let call = this.#oldest, next; call; call = next) {
      next = call.younger;
      if (call.owner === owner) this.#cutOne(call, reason);
    }
  }

  #cutOverdue(): void {
    this.#stopTimer = undefined;
    const mark = this.#clock.mark();
    const message = `the handler did not end within ${this.#timeoutMs} ms; it was cut off`;
    for (let call = this.#oldest; call && call.deadlineMark <= mark; call = this.#oldest) {
      this.#overdue.add(call);
      this.#cutOne(call, new ServiceError('API_TIMEOUT', message));
    }
    if (!this.#oldest) return;
    this.#stopTimer = this.#clock.after(this.#oldest.deadlineMark - mark, () => this.#cutOverdue());
  }

  #cutOne(call: Call, reason: ServiceError): void {
    this.#remove(call);
    call.cut(reason);
  }

  #remove(call: Call): void {
    this.#unlink(call);
    if (this.#oldest) return;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #unlink(call: Call): void {
    const { older, younger } = call;
    if (older) older.younger = younger;
    else this.#oldest = younger;
    if (younger) younger.older = older;
    else this.#youngest = older;
    call.older = undefined;
    call.younger = undefined;
  }
}
