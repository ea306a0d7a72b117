import { seededRandom, VirtualClock } from '@millrace/messaging/testing';
import type { CallAnswer } from '../gate.ts';
import { QuotaGate } from './quota-gate.ts';
import type { RateLimit } from './rate-limit.ts';

export interface WorldOptions {
  readonly seed?: number;
  /** From the start of a call to its arrival, at most. @default 20 */
  readonly jitterMs?: number;
  /** By how much timers are late, at most. @default 3 */
  readonly lateMs?: number;
  /** About once in a second each instance stands still, for so long at most. @default 0 */
  readonly stallMs?: number;
  /** Calls that an instance makes in its first so many ms arrive together after these. @default 0 */
  readonly coldMs?: number;
  /** About once in a second all that is on its way is held up, for so long at most. @default 0 */
  readonly holdUpMs?: number;
  /** What the API takes in any second; more is answered 429. @default everything */
  readonly takes?: number;
  /** Beside each answer. @default nothing */
  readonly headers?: (world: QuotaWorld) => CallAnswer['headers'];
  /** Beside 429. @default nothing */
  readonly refusal?: CallAnswer['headers'];
}

/** How an instance calls. */
export interface DriveOptions {
  /** Attempts side by side, at most. @default 256 */
  readonly concurrency?: number;
  /** Of each attempt, one after the other. @default 1 */
  readonly calls?: number;
  /** How long a call takes, on average. @default 50 */
  readonly callMs?: number;
}

/** An API that counts what arrives in any second, and instances that call it as fast as their gates let them. */
export class QuotaWorld {
  readonly clock = new VirtualClock(1_700_000_000_000);
  readonly random: () => number;
  readonly arrivals: number[] = [];
  readonly taken: number[] = [];
  readonly refusals: number[] = [];
  takes: number;
  readonly #way: Stretches;
  readonly options: Required<Omit<WorldOptions, 'seed' | 'takes'>>;

  constructor({ seed = 1, takes = Infinity, ...options }: WorldOptions = {}) {
    this.random = seededRandom(seed);
    this.takes = takes;
    this.options = {
      jitterMs: 20,
      lateMs: 3,
      stallMs: 0,
      coldMs: 0,
      holdUpMs: 0,
      headers: () => ({}),
      refusal: {},
      ...options,
    };
    this.#way = new Stretches(this.random, this.options.holdUpMs);
  }

  gate(quota: RateLimit | undefined): QuotaGate {
    return new QuotaGate({ quota, clock: this.clock });
  }

  /** So many instances with equal shares, that call as fast as they may. */
  instances(count: number, quota: RateLimit | undefined, how: DriveOptions = {}): readonly QuotaGate[] {
    return Array.from({ length: count }, () => {
      const gate = this.gate(quota);
      gate.takeShare(1 / count);
      this.drive(gate, how);
      return gate;
    });
  }

  #onTheWay(ms: number): number {
    return ms + this.#way.leftAt(this.clock.mark() + ms);
  }

  /** Answers a call that has arrived. */
  answer(): CallAnswer {
    const mark = this.clock.mark();
    this.arrivals.push(mark);
    const headers = this.options.headers(this);
    if (inSecondTo(this.taken, mark) >= this.takes) {
      this.refusals.push(mark);
      return { status: 429, headers: { ...headers, ...this.options.refusal } };
    }
    this.taken.push(mark);
    return { status: 200, headers };
  }

  /** Lets an instance call as fast as its gate lets it. */
  drive(gate: QuotaGate, { concurrency = 256, calls = 1, callMs = 50 }: DriveOptions = {}): { stop(): void } {
    const { clock, random } = this;
    const { jitterMs, lateMs, stallMs, coldMs } = this.options;
    const warmMark = clock.mark() + coldMs;
    const stalls = new Stretches(random, stallMs);
    const then = (ms: number, act: () => void) => clock.after(ms + stalls.leftAt(clock.mark() + ms), act);
    let [running, stopped, waiting] = [0, false, false];
    const ended = () => {
      running--;
      gate.turnEnded();
      start();
    };
    const call = (left: number) => {
      clock.after(this.#onTheWay(Math.max(random() * jitterMs, warmMark - clock.mark())), () => {
        const answer = this.answer();
        then(callMs * (0.5 + random()), () => {
          gate.answered(answer);
          if (left > 1) call(left - 1);
          else ended();
        });
      });
    };
    const waitFor = (ms: number) => {
      waiting = true;
      then(Math.max(1, Math.ceil(ms)) + random() * lateMs, () => {
        waiting = false;
        start();
      });
    };
    const start = () => {
      while (!stopped && !waiting && running < concurrency) {
        const closedForMs = gate.closedForMs();
        if (closedForMs !== undefined) return waitFor(closedForMs);
        running++;
        gate.turnStarted();
        call(calls);
      }
    };
    start();
    return { stop: () => void (stopped = true) };
  }

  pass(ms: number): void {
    const until = this.clock.mark() + ms;
    this.clock.after(ms, () => undefined);
    while (this.clock.mark() < until && this.clock.next());
  }
}

/** Stretches of time in which nothing goes on, about one a second. */
class Stretches {
  readonly #random: () => number;
  readonly #mostMs: number;
  readonly #all: { readonly from: number; readonly to: number }[] = [];

  constructor(random: () => number, mostMs: number) {
    this.#random = random;
    this.#mostMs = mostMs;
  }

  /** What is left at `mark` of the stretch that it is in; 0 where it is in none. */
  leftAt(mark: number): number {
    while (this.#mostMs > 0 && (this.#all.at(-1)?.to ?? 0) <= mark) this.#draw();
    const stretch = this.#all.findLast(({ from }) => from <= mark);
    return Math.max(0, (stretch?.to ?? 0) - mark);
  }

  #draw(): void {
    const from = (this.#all.at(-1)?.to ?? 0) + 2_000 * this.#random();
    this.#all.push({ from, to: from + this.#mostMs * this.#random() });
  }
}

/** Of ascending marks, how many are in the second that ends at `mark`. */
function inSecondTo(marks: readonly number[], mark: number): number {
  let count = 0;
  for (let index = marks.length - 1; index >= 0 && (marks[index] ?? 0) > mark - 1_000; index--) count++;
  return count;
}
