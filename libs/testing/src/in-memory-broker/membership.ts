import type { Clock } from '@millrace/messaging';

/**
 * Until when a member may believe that it is one. The coordinator counts the session from when it last heard of the member,
 * the member from before it last sent something that was confirmed, and less: its work ends before the partitions are given away.
 */
export class Membership {
  readonly #clock: Clock;
  readonly #validMs: number;
  readonly #ended: () => void;
  #endsAtMs = -Infinity;
  #timerSet = false;

  constructor(clock: Clock, validMs: number, ended: () => void) {
    this.#clock = clock;
    this.#validMs = validMs;
    this.#ended = ended;
  }

  get valid(): boolean {
    return this.#clock.mark() < this.#endsAtMs;
  }

  confirmed(sentMs: number): void {
    this.#endsAtMs = Math.max(this.#endsAtMs, sentMs + this.#validMs);
    if (!this.#timerSet) this.#setTimer();
  }

  #setTimer(): void {
    this.#timerSet = true;
    this.#clock.after(Math.max(0, this.#endsAtMs - this.#clock.mark()), () => this.#look());
  }

  #look(): void {
    this.#timerSet = false;
    if (this.valid) this.#setTimer();
    else this.#ended();
  }
}
