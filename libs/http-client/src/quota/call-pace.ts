import { Allowance } from './allowance.ts';

/** Calls that began at one moment. */
interface Begun {
  readonly mark: number;
  readonly calls: number;
}

/**
 * Paces calls so that in no second, wherever it begins, there are more than the rate allows, as an API would count them. They
 * are spread evenly at a little below the rate: what is on its way arrives sooner or later than it was sent. What was missed
 * for a moment is made up for, a little faster than the pace, inside what the last second allows; hardly anything of it after
 * the pace has changed by much. The first half second has half the pace. Where less than one call a second is allowed, there
 * is one in a longer time. Constant time per call.
 */
export class CallPace {
  readonly #allowance = new Allowance();
  readonly #begun: Begun[] = [];
  #oldest = 0;
  /** Calls among those begun that are not older than a second. */
  #inSecond = 0;
  #lastMark = -Infinity;
  /** A second as it is counted here: a little longer than that of an API at which calls arrive a moment sooner or later. */
  #secondMs = 1_000;
  /** When the next call is due, by the pace, and when it may begin at the soonest, where it is late. */
  #dueMark = -Infinity;
  #soonestMark = -Infinity;
  /** When the pace changed by much. */
  #jumpedMark = -Infinity;
  /** When the process has warmed up: of the calls that it makes before, some leave late, and together. */
  #warmMark: number | undefined;

  get perSecond(): number {
    return this.#allowance.perSecond;
  }

  /** From now on; infinite for no limit. */
  set(perSecond: number, mark: number): void {
    const before = this.perSecond;
    if (perSecond === before) return;
    if (isJump(before, perSecond)) this.#jumpedMark = mark;
    const stretch = before < Infinity && perSecond > 0 ? before / perSecond : 0;
    const lateMs = this.#madeUpForMs(mark);
    this.#dueMark = stretched(this.#dueMark, mark, stretch, lateMs);
    this.#soonestMark = stretched(this.#soonestMark, mark, stretch, lateMs);
    this.#allowance.set(perSecond, mark);
    this.#secondMs = 1_000 + Math.min(longestMarginMs, marginMs + marginOfFewMs / perSecond);
  }

  /** How long until `calls` may begin; 0 for now. */
  waitMs(mark: number, calls = 1): number {
    const { perSecond } = this;
    if (perSecond === Infinity) return 0;
    if (perSecond <= 0) return Infinity;
    const pacedMs = Math.max(this.#dueMark, this.#soonestMark) - mark;
    return Math.max(0, pacedMs, this.#fullForMs(mark, calls));
  }

  /** So many calls begin, or have begun without asking. */
  count(calls: number, mark: number): void {
    if (this.perSecond === Infinity) return;
    this.#begun.push({ mark, calls });
    this.#inSecond += calls;
    this.#lastMark = mark;
    this.#forgetBefore(mark - this.#secondMs);
    this.#warmMark ??= mark + coldMs;
    const everyMs = this.#everyMs(mark);
    this.#dueMark = Math.max(this.#dueMark, mark - this.#madeUpForMs(mark)) + calls * everyMs;
    this.#soonestMark = Math.max(this.#soonestMark, mark - timerMs) + (calls * everyMs) / faster;
  }

  /** So many calls of those that would come next are left out. */
  leaveOut(calls: number): void {
    if (this.perSecond > 0) this.#dueMark += calls * evenlyMs(this.perSecond);
  }

  /** No call is due before `mark`, and none is late then. */
  rest(mark: number): void {
    this.#dueMark = Math.max(this.#dueMark, mark);
  }

  /** Calls that began in the last second. */
  inSecondTo(mark: number): number {
    this.#forgetBefore(mark - this.#secondMs);
    return this.#inSecond;
  }

  #madeUpForMs(mark: number): number {
    return mark - this.#jumpedMark < 1_000 ? madeUpAfterJumpMs : madeUpForMs;
  }

  #everyMs(mark: number): number {
    if (this.perSecond <= 0) return 0;
    const everyMs = evenlyMs(this.perSecond);
    return mark < (this.#warmMark ?? mark) ? Math.max(everyMs, Math.min(coldTimes * everyMs, coldMs)) : everyMs;
  }

  /** As long as the last second holds what it may. */
  #fullForMs(mark: number, calls: number): number {
    const { perSecond } = this;
    if (perSecond < 1) return this.#lastMark + this.#secondMs / perSecond - mark;
    const most = Math.max(calls, Math.floor(this.#allowance.inSecondTo(mark) + rounding));
    this.#forgetBefore(mark - this.#secondMs);
    if (this.#inSecond + calls <= most + rounding) return 0;
    if (mark - this.#allowance.changedMark < this.#secondMs) return afterChangeMs;
    return this.#untilBelowMs(most - calls, mark);
  }

  #untilBelowMs(most: number, mark: number): number {
    let inSecond = this.#inSecond;
    for (let index = this.#oldest; index < this.#begun.length; index++) {
      const begun = this.#begun[index] ?? nothing;
      inSecond -= begun.calls;
      if (inSecond <= most + rounding) return begun.mark + this.#secondMs - mark;
    }
    return 0;
  }

  #forgetBefore(mark: number): void {
    for (let begun = this.#begun[this.#oldest]; begun && begun.mark <= mark; begun = this.#begun[this.#oldest]) {
      this.#inSecond -= begun.calls;
      this.#oldest++;
    }
    if (this.#oldest === this.#begun.length) this.#inSecond = 0;
    if (this.#oldest * 2 <= this.#begun.length) return;
    this.#begun.splice(0, this.#oldest);
    this.#oldest = 0;
  }
}

/** When what was due then is due after a change of pace: as many calls ahead, or late, as before, where late by so much at most. */
function stretched(dueMark: number, mark: number, stretch: number, lateMs: number): number {
  return mark + Math.max(dueMark - mark, -lateMs) * stretch;
}

function isJump(before: number, after: number): boolean {
  return Math.abs(after - before) > smallStep * Math.min(before, after);
}

function evenlyMs(perSecond: number): number {
  return 1_000 / (perSecond * evenPart);
}

const nothing: Begun = { mark: 0, calls: 0 };
/** What is added to a second: of few calls each weighs more. */
const marginMs = 12;
const marginOfFewMs = 100;
const longestMarginMs = 25;
/** Of the rate, the part at which calls are spread evenly. */
const evenPart = 0.98;
/** For so long after the first call the pace is so many times slower. */
const coldMs = 500;
const coldTimes = 2;
/** What was missed so long ago is not made up for any more. */
const madeUpForMs = 100;
/** The same after a jump of the pace: else several instances, of which one gains what another loses, make up at once. */
const madeUpAfterJumpMs = 10;
/** Of the pace; more is a jump. */
const smallStep = 0.1;
/** How much faster than evenly calls begin that are late. */
const faster = 1.25;
/** Timers are so late as a rule; what comes due meanwhile begins at once. */
const timerMs = 4;
/** When to look again while what the last second allows is changing. */
const afterChangeMs = 10;
/** Of sums of fractions. */
const rounding = 1e-6;
