/** How many there were in the last second, in steps of a twentieth. */
export class RecentRate {
  readonly #counts = Array.from({ length: steps }, () => 0);
  #step = -Infinity;

  add(mark: number): void {
    this.#goTo(mark);
    const place = placeOf(this.#step);
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
  }

  inSecondTo(mark: number): number {
    this.#goTo(mark);
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  #goTo(mark: number): void {
    const step = Math.floor(mark / stepMs);
    for (let passed = Math.max(this.#step + 1, step - steps + 1); passed <= step; passed++)
      this.#counts[placeOf(passed)] = 0;
    this.#step = Math.max(step, this.#step);
  }
}

const steps = 20;
const stepMs = 1_000 / steps;
const placeOf = (step: number) => ((step % steps) + steps) % steps;
