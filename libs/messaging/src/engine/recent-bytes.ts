interface Step {
  /** One past the last offset of it. */
  to: number;
  bytes: number;
}

/** In how many steps the limit is gone over. */
const steps = 8;

/** Where, in what was delivered under one lease, the newest so many bytes begin; in steps, so that it seldom has to be asked. */
export class RecentBytes {
  readonly #steps: Step[] = [];
  #next: Step = { to: 0, bytes: 0 };
  #total = 0;

  /**
   * Notes what was delivered below `to`. Returns an offset from time to time: everything below it was followed by `most`
   * bytes or more.
   */
  note({ to, bytes }: Step, most: number): number | undefined {
    this.#next = { to, bytes: this.#next.bytes + bytes };
    if (this.#next.bytes < most / steps) return undefined;
    this.#steps.push(this.#next);
    this.#total += this.#next.bytes;
    this.#next = { to, bytes: 0 };
    return this.#forget(most);
  }

  #forget(most: number): number | undefined {
    let below: number | undefined;
    for (let [first] = this.#steps; first && this.#total - first.bytes >= most; [first] = this.#steps) {
      below = first.to;
      this.#total -= first.bytes;
      this.#steps.shift();
    }
    return below;
  }
}
