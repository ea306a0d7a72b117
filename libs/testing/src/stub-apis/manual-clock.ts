import type { Clock } from './clock.ts';

/** Time that passes when a test says so. */
export class ManualClock implements Clock {
  #nowMs = Date.UTC(2030, 0, 1);
  #waiting: { readonly atMs: number; readonly wake: () => void }[] = [];

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  now(): number {
    return this.#nowMs;
  }

  wait(ms: number): Promise<void> {
    return new Promise((wake) => this.#waiting.push({ atMs: this.#nowMs + ms, wake }));
  }

  /** Lets `ms` pass, and wakes whose time has come, in order. */
  advance(ms: number): void {
    this.#nowMs += ms;
    const due = this.#waiting.filter(({ atMs }) => atMs <= this.#nowMs).toSorted((a, b) => a.atMs - b.atMs);
    this.#waiting = this.#waiting.filter(({ atMs }) => atMs > this.#nowMs);
    for (const { wake } of due) wake();
  }
}
