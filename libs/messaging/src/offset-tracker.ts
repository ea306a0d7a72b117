/**
 * What is finished of one lease. The position is the end of the contiguous finished prefix: committing it can neither lose
 * a record nor claim one that is not done. Offsets that were passed over (compacted, aborted, control records) count as
 * finished. Constant time per record.
 */
export class OffsetTracker {
  /** In order of insertion, which is the order of offsets: the first one bounds the prefix. */
  readonly #unfinished = new Set<number>();
  #next: number;

  /** `start`: the first offset to be delivered or covered. */
  constructor(start: number) {
    this.#next = start;
  }

  /** The first offset that is not finished. */
  get position(): number {
    return this.#unfinished.values().next().value ?? this.#next;
  }

  /** Notes a record that came in; false, and no change, for an offset that was delivered or covered before. */
  deliver(offset: number): boolean {
    if (offset < this.#next) return false;
    this.#next = offset + 1;
    this.#unfinished.add(offset);
    return true;
  }

  /** Notes that everything below `offset` has been delivered or never will be. */
  cover(offset: number): void {
    this.#next = Math.max(this.#next, offset);
  }

  /** Marks a delivered offset as done; repeating it changes nothing. */
  finish(offset: number): void {
    this.#unfinished.delete(offset);
  }
}
