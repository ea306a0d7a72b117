import type { Clock } from '@millrace/messaging';

/** One life of one process: what runs in it takes the time from its {@link clock}, which stops with it. */
export class MemberProcess {
  readonly name: string;
  /** The time as the process has it. Nothing it was told to wake is woken after the crash, nor while it stands still. */
  readonly clock: Clock;
  readonly #world: Clock;
  readonly #timers = new Set<() => void>();
  #alive = true;
  #goesOnAtMs = 0;
  #offMs = 0;

  constructor(name: string, world: Clock) {
    this.name = name;
    this.#world = world;
    this.clock = {
      now: () => world.now() + this.#offMs,
      mark: () => world.mark(),
      after: (ms, wake) => this.#after(ms, wake),
    };
  }

  get alive(): boolean {
    return this.#alive;
  }

  /**
   * From now on, be it between two microtasks, nothing from it reaches anybody, and nothing reaches it. What it has sent may
   * still arrive. The group finds out by the session timeout.
   */
  crash(): void {
    this.#alive = false;
    for (const forget of this.#timers) forget();
    this.#timers.clear();
  }

  /** Nothing happens in it for `ms`, then all that should have, in order. The moment that is running comes to its end. */
  standStill(ms: number): void {
    this.#goesOnAtMs = Math.max(this.#goesOnAtMs, this.#world.mark() + ms);
  }

  /** The clock on its wall is set; what it measures durations by is not. */
  jump(byMs: number): void {
    this.#offMs += byMs;
  }

  /** Lets something reach the process: at once, or as soon as it goes on; never after its crash. */
  deliver(action: () => void): void {
    if (!this.#alive) return;
    if (this.#goesOnAtMs > this.#world.mark()) this.#after(0, action);
    else action();
  }

  #after(ms: number, wake: () => void): () => void {
    if (!this.#alive) return () => undefined;
    const fire = () => {
      const stillMs = this.#goesOnAtMs - this.#world.mark();
      if (stillMs > 0) forgetFire = this.#world.after(stillMs, fire);
      else {
        this.#timers.delete(forget);
        wake();
      }
    };
    const forget = () => {
      this.#timers.delete(forget);
      forgetFire();
    };
    let forgetFire = this.#world.after(ms, fire);
    this.#timers.add(forget);
    return forget;
  }
}
