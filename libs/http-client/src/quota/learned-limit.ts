/** What was known when the API refused a call as one too many. */
export interface TooMany {
  readonly mark: number;
  /** Calls per second that it took of the whole group, as far as this instance can tell; undefined where it cannot. */
  readonly takenPerSecond: number | undefined;
  /** Whether calls waited for the limit: else the API might have taken more than it was given. */
  readonly limited: boolean;
  /** The limit that was in force, learned or not. */
  readonly allowed: number;
}

/**
 * The rate that an API takes of the whole group, learned from its refusals (429): down to what it took when it refused, at
 * once; then that is held for a while, and then more is tried, slowly at first. A refusal soon after doubles the time until
 * the next try, so that a limit that stays costs few of them, and one that was raised is found.
 */
export class LearnedLimit {
  #perSecond = Infinity;
  #holdMs = shortestHoldMs;
  /** Whether it comes from one refusal: before it was clear how much is taken in a second, or by chance. */
  #isGuess = false;
  #tryFromMark = 0;

  /** Infinite while nothing was refused. */
  perSecondAt(mark: number): number {
    const triedMs = mark - this.#tryFromMark;
    if (triedMs <= 0 || this.#perSecond === Infinity) return this.#perSecond;
    const perSecond = this.#perSecond * growth(triedMs / 1_000, this.#isGuess);
    return perSecond < mostGrowth * this.#perSecond ? perSecond : Infinity;
  }

  /** Whether more is allowed now than was known to be taken. */
  isTryingAt(mark: number): boolean {
    return mark > this.#tryFromMark && this.perSecondAt(mark) < Infinity;
  }

  /** A refusal; of several at about the same time the first is enough. */
  tooMany({ mark, takenPerSecond, limited, allowed }: TooMany, pauseMs: number): void {
    const now = Math.min(this.perSecondAt(mark), allowed);
    const taken = below * (takenPerSecond ?? 0);
    // The aftermath of what was too much before: the second holds more than is allowed now.
    if (taken > now) this.#perSecond = this.#isGuess ? taken : this.#perSecond;
    else this.#lower(now, taken, limited, mark);
    this.#tryFromMark = mark + pauseMs + this.#holdMs;
  }

  #lower(now: number, taken: number, limited: boolean, mark: number): void {
    const soon = this.isTryingAt(mark) && now < soonGrowth * this.#perSecond;
    this.#isGuess = this.perSecondAt(mark) === Infinity;
    if (this.#isGuess) this.#holdMs = guessHoldMs;
    else this.#holdMs = soon ? Math.min(2 * this.#holdMs, longestHoldMs) : shortestHoldMs;
    this.#perSecond = Math.max(least, now === Infinity ? taken : lowered(now, taken, limited));
  }
}

/** To what was taken, but not by too much at once. */
function lowered(now: number, taken: number, limited: boolean): number {
  const lowest = now * (limited ? lowestPart : lowestPartUnlimited);
  return Math.min(Math.max(taken, lowest), below * now);
}

/** By so much after so many seconds of trying: 2 % in the first second, a third more after ten, three times after twenty; a guess doubles. */
function growth(seconds: number, isGuess: boolean): number {
  return isGuess ? 2 ** seconds : Math.exp(0.02 * seconds + 0.002 * seconds ** 2);
}

const guessHoldMs = 1_000;
const shortestHoldMs = 10_000;
const longestHoldMs = 120_000;
/** A limit that was overstepped after so little growth is the one that was known. */
const soonGrowth = 1.25;
/** After that much growth without a refusal there is no limit any more. */
const mostGrowth = 50;
/** Of what was taken, and of the rate at which the API refused. */
const below = 0.97;
/** The most that one refusal takes away: half, and less where the API was not given as much as it might have taken. */
const lowestPart = 0.5;
const lowestPartUnlimited = 0.7;
/** Calls per second: something must be tried. */
const least = 0.1;
