const slotMs = 0.25;
const slotCount = 2 ** 16;

/** The longest wait that the wheel can hold, in ms. */
export const longestWaitMs = (slotCount - 2) * slotMs;

/**
 * Keeps any number of waits for the price of one timer: each is put into the slot of the quarter of a millisecond at which it
 * ends, and `advance` takes what has ended. Never early; late by a slot and by how late `advance` is called.
 */
export class AnswerWheel<Entry> {
  readonly #slots: Entry[][] = Array.from({ length: slotCount }, () => []);
  readonly #ended: (entry: Entry) => void;
  /** The slots before this one are empty, counted from time 0. */
  #next = 0;
  #size = 0;

  constructor(ended: (entry: Entry) => void) {
    this.#ended = ended;
  }

  /** How many waits have not ended. */
  get size(): number {
    return this.#size;
  }

  /** Waits beyond {@link longestWaitMs} end there. */
  add(entry: Entry, nowMs: number, waitMs: number): void {
    if (this.#size === 0) this.#next = Math.floor(nowMs / slotMs);
    const slot = Math.ceil((nowMs + Math.min(waitMs, longestWaitMs)) / slotMs);
    this.#slots[Math.max(slot, this.#next) % slotCount]!.push(entry);
    this.#size += 1;
  }

  advance(nowMs: number): void {
    for (const last = Math.floor(nowMs / slotMs); this.#size > 0 && this.#next <= last; this.#next += 1) {
      const index = this.#next % slotCount;
      const entries = this.#slots[index]!;
      if (entries.length === 0) continue;
      this.#slots[index] = [];
      this.#size -= entries.length;
      for (const entry of entries) this.#ended(entry);
    }
  }
}
