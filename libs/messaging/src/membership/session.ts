import type { Clock } from '../ports/clock.ts';

/**
 * Until when a member may believe that it is one. The coordinator counts the session from when it last heard of the member,
 * the member from before it last sent something that was confirmed, and less: its work ends before the partitions are given away.
 */
export class Session {
  readonly #clock: Clock;
  readonly #validMs: number;
  readonly #ended: () => void;
  #endsAtMs = -Infinity;
  #forgetTimer: (() => void) | undefined;

  /** `validMs`: for how long a confirmation holds, less than the coordinator's own session. */
  constructor(clock: Clock, validMs: number, ended: () => void) {
    this.#clock = clock;
    this.#validMs = validMs;
    this.#ended = ended;
  }

  get valid(): boolean {
    return this.#clock.mark() < this.#endsAtMs;
  }

  /**
   * The coordinator has answered what was sent at `sentMs` or later. Where the time was over before, and only the timer has
   * not come yet, the session is over all the same: who has asked meanwhile was told so, and acts on it.
   */
  confirmed(sentMs: number): void {
    if (this.#forgetTimer && !this.valid) this.#ended();
    this.#endsAtMs = Math.max(this.#endsAtMs, sentMs + this.#validMs);
    if (!this.#forgetTimer) this.#setTimer();
  }

  /** It is over before its time. */
  end(): void {
    this.#endsAtMs = -Infinity;
    this.#forgetTimer?.();
    this.#forgetTimer = undefined;
  }

  #setTimer(): void {
    this.#forgetTimer = this.#clock.after(Math.max(0, this.#endsAtMs - this.#clock.mark()), () => this.#look());
  }

  #look(): void {
    this.#forgetTimer = undefined;
    if (this.valid) this.#setTimer();
    else this.#ended();
  }
}
