import type { Clock, GroupQuota } from '@millrace/messaging';
import type { CallAnswer, Gate } from '../gate.ts';
import { apiNowMs, retryAfterMs } from '../retry-after.ts';
import { CallPace } from './call-pace.ts';
import { LearnedLimit } from './learned-limit.ts';
import type { RateLimit } from './rate-limit.ts';
import { RecentRate } from './recent-rate.ts';
import { readStatement, type Statement, StatedLimit } from './stated-limit.ts';

export interface QuotaGateOptions {
  /** @default none: only what the API says and refuses limits calls */
  readonly quota?: RateLimit | undefined;
  readonly clock: Clock;
}

/** A quota as of now, for people and metrics. */
export interface QuotaState {
  /** Until the next attempt may begin; undefined where one may now. */
  readonly closedForMs: number | undefined;
  /** Calls per second that the whole group may make; undefined while there is no limit. */
  readonly perSecond: number | undefined;
  /** Why it is not the one that was configured. */
  readonly because: 'configured' | 'stated by the API' | 'learned from 429' | undefined;
  /** This instance's part of it, from 0 to 1. */
  readonly share: number;
  /** Calls that this instance began in the last second. */
  readonly usedPerSecond: number;
  /** Attempts that run, and how many may; undefined for no limit. */
  readonly running: number;
  readonly concurrency: number | undefined;
  /** Time in which attempts waited for the quota, in all. */
  readonly waitedMs: number;
}

/**
 * Keeps this instance to its share of the group's quota. An attempt is counted as one call when it begins, or as many as
 * attempts have made of late; what it calls beyond that is counted when it is answered. The limit is what was configured, or
 * less: what the API states in its headers, and what it has shown by refusing calls (429), both for the whole group. After a
 * refusal nothing begins until the API says, or for a moment; where it may be chance, a few calls are left out instead.
 */
export class QuotaGate implements Gate, GroupQuota {
  readonly #quota: RateLimit;
  readonly #clock: Clock;
  readonly #pace = new CallPace();
  #learned = new LearnedLimit();
  readonly #stated = new StatedLimit();
  readonly #taken = new RecentRate();
  #share = 1;
  #running = 0;
  #closedUntilMark = -Infinity;
  /** Of all pauses after refusals, to their end. */
  #pausesMs = 0;
  /** Attempts that were underway when the API refused one: what becomes of them says nothing new. */
  #stale = 0;
  /** Whether the refusal that these are of may be. */
  #byChance = false;
  /** Refusals one soon after the other: each pause is longer than the one before. */
  #pauses = 0;
  /** How many refusals may be chance. */
  #chances = mostChances;
  #limitedMark = -Infinity;
  /** Since when somebody waits for the quota. */
  #heldMark: number | undefined;
  #waitedMs = 0;
  /** Calls that attempts make, as of late; and what of that those underway have not made yet. */
  #callsPerTurn = 1;
  #expected = 0;
  #ended = { turns: 0, calls: 0 };

  constructor({ quota = {}, clock }: QuotaGateOptions) {
    this.#quota = quota;
    this.#clock = clock;
    this.#keepPace(clock.mark());
  }

  /** Without a quota there are no shares, and what the API states is for the whole group. */
  get #isConfigured(): boolean {
    return this.#quota.perSecond !== undefined || this.#quota.concurrency !== undefined;
  }

  /** As configured. */
  get perSecond(): number {
    return this.#quota.perSecond ?? Infinity;
  }

  /** From now on this instance may use so much of the quota: from 0 to 1. */
  takeShare(share: number): void {
    this.#share = Math.min(Math.max(share, 0), 1);
    this.#keepPace(this.#clock.mark());
  }

  /** Asked only when a turn would start: that one waits from now on. */
  closedForMs(): number | undefined {
    if (this.#isOpen) return undefined;
    const mark = this.#clock.mark();
    const waitMs = this.#waitMs(mark);
    if (waitMs <= 0) return undefined;
    this.#limitedMark = mark;
    this.#heldMark ??= mark;
    return Math.min(waitMs, longestWaitMs);
  }

  /** Nothing limits calls, and nobody waits: at most APIs a call takes no look at the clock. */
  get #isOpen(): boolean {
    if (this.#pace.perSecond < Infinity || this.#quota.concurrency !== undefined) return false;
    return this.#closedUntilMark === -Infinity && this.#heldMark === undefined;
  }

  #waitMs(mark: number): number {
    this.#keepPace(mark);
    const pacedMs = this.#pace.waitMs(mark, this.#callsPerTurn);
    return Math.max(this.#closedUntilMark - mark, this.#crowdedMs(), pacedMs);
  }

  turnStarted(): void {
    this.#running++;
    this.#expected += this.#callsPerTurn;
    if (this.#isOpen) return;
    const mark = this.#clock.mark();
    this.#waitedMs += mark - (this.#heldMark ?? mark);
    this.#heldMark = undefined;
    this.#pace.count(this.#callsPerTurn, mark);
  }

  turnEnded(): void {
    this.#running--;
    if (this.#stale > 0) this.#stale--;
    this.#expected = Math.min(this.#expected, this.#running * this.#callsPerTurn);
    if (++this.#ended.turns < turnsInMean) return;
    const calls = this.#ended.calls / this.#ended.turns;
    this.#callsPerTurn = Math.max(1, (this.#callsPerTurn + calls) / 2);
    this.#ended = { turns: 0, calls: 0 };
  }

  answered({ status, headers }: CallAnswer): void {
    const mark = this.#clock.mark();
    this.#ended.calls++;
    if (--this.#expected < 0) {
      this.#pace.count(-this.#expected, mark);
      this.#expected = 0;
    }
    if (status === undefined) return;
    const isTooMany = status === tooManyRequests;
    const statement = isTooMany || this.#isConfigured ? readStatement(headers, this.#clock.now()) : undefined;
    if (statement && this.#isConfigured) this.#note(statement, mark);
    if (isTooMany) this.#refused(headers, statement, mark);
    else this.#took(mark);
  }

  /** An API that states a higher limit than before knows better than what was learned. */
  #note(statement: Statement, mark: number): void {
    const before = this.#stated.perSecondAt(mark);
    this.#stated.stated(statement, mark);
    if (this.#stated.perSecondAt(mark) > raised * before) this.#learned = new LearnedLimit();
  }

  /** Why attempts wait, for people; undefined where none has for a second. */
  get why(): string | undefined {
    const mark = this.#clock.mark();
    if (mark - this.#limitedMark >= 1_000) return undefined;
    if (mark < this.#closedUntilMark) return 'it answered 429: too many calls';
    const { perSecond, because } = this.#limit(mark);
    if (this.#crowdedMs() > 0 || because === undefined) return 'as many calls run as its quota allows';
    const rate = Number(perSecond.toPrecision(3));
    return `its quota of ${rate} calls a second (${because}) is used; our share is ${Math.round(100 * this.#share)} %`;
  }

  /** For how many ms in all nothing began, since the API had refused a call. */
  pausedMs(): number {
    return this.#pausesMs === 0 ? 0 : this.#pausesMs - Math.max(0, this.#closedUntilMark - this.#clock.mark());
  }

  get state(): QuotaState {
    const mark = this.#clock.mark();
    const { perSecond, because } = this.#limit(mark);
    const { concurrency } = this.#quota;
    const waitMs = this.#waitMs(mark);
    return {
      closedForMs: waitMs > 0 ? waitMs : undefined,
      perSecond: perSecond === Infinity ? undefined : perSecond,
      because,
      share: this.#share,
      usedPerSecond: Math.round(this.#pace.inSecondTo(mark)),
      running: this.#running,
      concurrency: concurrency === undefined ? undefined : this.#mostRunning(concurrency),
      waitedMs: this.#waitedMs + mark - (this.#heldMark ?? mark),
    };
  }

  #limit(mark: number): { readonly perSecond: number; readonly because: QuotaState['because'] } {
    const [stated, learned] = [this.#stated.perSecondAt(mark), this.#learned.perSecondAt(mark)];
    const { perSecond = Infinity } = this.#quota;
    if (perSecond <= stated && perSecond <= learned)
      return { perSecond, because: perSecond < Infinity ? 'configured' : undefined };
    return stated <= learned
      ? { perSecond: stated, because: 'stated by the API' }
      : { perSecond: learned, because: 'learned from 429' };
  }

  #keepPace(mark: number): void {
    const limit = this.#limit(mark).perSecond;
    const perSecond = this.#share === 0 ? 0 : limit * this.#share;
    const before = this.#pace.perSecond;
    if (Math.abs(perSecond - before) > sameRate * Math.min(perSecond, before)) this.#pace.set(perSecond, mark);
  }

  #crowdedMs(): number {
    const { concurrency } = this.#quota;
    return concurrency !== undefined && this.#running >= this.#mostRunning(concurrency) ? crowdedMs : 0;
  }

  #mostRunning(concurrency: number): number {
    return Math.max(1, Math.floor(concurrency * this.#share + rounding));
  }

  #refused(headers: CallAnswer['headers'], statement: Statement | undefined, mark: number): void {
    const nowMs = apiNowMs(headers, this.#clock.now());
    const askedMs = retryAfterMs(first(headers['retry-after']), nowMs) ?? untilReset(statement);
    const known = mark < this.#closedUntilMark || this.#stale > 0;
    if (!known) {
      this.#stale = this.#running;
      this.#byChance = this.#isChance(mark);
    }
    if (this.#byChance && askedMs === undefined) return this.#pace.leaveOut(leftOut);
    const pauseMs = Math.min(askedMs ?? firstPauseMs * 2 ** Math.min(this.#pauses, mostDoublings), longestPauseMs);
    if (!known && !this.#byChance) this.#learn(mark, pauseMs);
    if (!known || askedMs !== undefined) this.#pauseUntil(mark + pauseMs, mark);
    this.#pace.rest(this.#closedUntilMark);
    this.#keepPace(mark);
  }

  #pauseUntil(untilMark: number, mark: number): void {
    const from = Math.max(this.#closedUntilMark, mark);
    if (untilMark <= from) return;
    this.#pausesMs += untilMark - from;
    this.#closedUntilMark = untilMark;
  }

  /** One refusal in a thousand calls may be owed to their arriving closer together than they were sent. */
  #isChance(mark: number): boolean {
    const { perSecond, because } = this.#limit(mark);
    const isTrying = because === 'learned from 429' && this.#learned.isTryingAt(mark);
    const isChance = this.#chances >= 1 && perSecond < Infinity && !isTrying;
    this.#chances = Math.max(0, this.#chances - 1);
    return isChance;
  }

  #learn(mark: number, pauseMs: number): void {
    this.#pauses = mark - this.#closedUntilMark < calmMs ? this.#pauses + 1 : 1;
    this.#learned.tooMany(this.#known(mark), pauseMs);
  }

  #took(mark: number): void {
    this.#taken.add(mark);
    this.#chances = Math.min(mostChances, this.#chances + chance);
  }

  #known(mark: number) {
    const taken = this.#taken.inSecondTo(mark);
    const takenPerSecond = this.#share > 0 ? taken / this.#share : undefined;
    return { mark, takenPerSecond, limited: mark - this.#limitedMark < 1_000, allowed: this.#limit(mark).perSecond };
  }
}

/** Where nothing is left. */
function untilReset(statement: Statement | undefined): number | undefined {
  return statement?.remaining === 0 ? statement.resetMs : undefined;
}

const first = (value: string | string[] | undefined) => (Array.isArray(value) ? value[0] : value);

const tooManyRequests = 429;
/** What changes less than this is the same rate. */
const sameRate = 0.002;
/** A share may grow meanwhile. */
const longestWaitMs = 50;
/** Mostly asked again before, when an attempt has ended. */
const crowdedMs = 50;
const rounding = 1e-6;
/** Where the API does not say how long; doubled with each refusal that comes soon after. */
const firstPauseMs = 50;
const mostDoublings = 4;
const longestPauseMs = 15 * 60_000;
/** Refusals by chance among calls that are taken, and how many may come soon after each other. */
const chance = 0.001;
const mostChances = 2;
/** Calls for each that was refused by chance: it, and as much of a way back below the limit. */
const leftOut = 2;
/** After so long without a refusal pauses are short again. */
const calmMs = 10_000;
/** A stated limit that grew so much was raised. */
const raised = 1.1;
/** Attempts over which it is counted how many calls each makes. */
const turnsInMean = 16;
