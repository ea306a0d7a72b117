import type { Target, TargetGate } from '../ports/target.ts';

/** The targets of a consumer as one: an attempt may call any of them, so that it starts when all let it. */
export class TargetRow implements TargetGate {
  readonly #targets: readonly Target[];

  constructor(targets: readonly Target[]) {
    this.#targets = targets;
  }

  closedForMs(): number | undefined {
    let longestMs: number | undefined;
    for (const target of this.#targets) {
      const ms = target.closedForMs();
      if (ms !== undefined) longestMs = Math.max(ms, longestMs ?? 0);
    }
    return longestMs;
  }

  isProbing(): boolean {
    for (const target of this.#targets) if (target.isProbing()) return true;
    return false;
  }

  turnStarted(): void {
    for (const target of this.#targets) target.turnStarted();
  }

  turnEnded(): void {
    for (const target of this.#targets) target.turnEnded();
  }

  /** Whether no attempt starts now. */
  get isClosed(): boolean {
    return this.#targets.some((target) => target.state().closedForMs !== undefined);
  }

  /** Whether one of them is what holds calls back, or slows them down: more instances would not help then. */
  get isLimit(): boolean {
    return this.#targets.some((target) => target.state().why !== undefined);
  }

  /** Where several were held back at once, that time counts for each: it is the records' time to live that grows. */
  heldBackMs(): number {
    let sum = 0;
    for (const target of this.#targets) sum += target.heldBackMs();
    return sum;
  }
}
