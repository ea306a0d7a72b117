/** What stands in a {@link Line}. */
export interface InLine<Item> {
  /** Its neighbours by age; the line sets all three. */
  older: Item | undefined;
  younger: Item | undefined;
  waits: boolean;
}

/**
 * Calls under way, by age. Connections are given out in turn, so whoever waits for one came after all who have one: they are
 * the younger end of the line. Joining, leaving from anywhere and being next cost the same however long the line is.
 */
export class Line<Item extends InLine<Item>> {
  #oldest: Item | undefined;
  #youngest: Item | undefined;
  #firstWaiting: Item | undefined;
  #waiting = 0;

  get oldest(): Item | undefined {
    return this.#oldest;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Becomes the youngest. Where somebody waits, nobody may join but to wait, too. */
  join(item: Item, waits: boolean): void {
    item.older = this.#youngest;
    if (this.#youngest) this.#youngest.younger = item;
    else this.#oldest = item;
    this.#youngest = item;
    item.waits = waits;
    if (!waits) return;
    this.#firstWaiting ??= item;
    this.#waiting++;
  }

  /** The one that has waited longest, and now waits no more; it stays in line. */
  nextWaiting(): Item | undefined {
    const next = this.#firstWaiting;
    if (next) this.#stopWaiting(next);
    return next;
  }

  /** Harmless for one that is not in line. */
  leave(item: Item): void {
    if (item.waits) this.#stopWaiting(item);
    const { older, younger } = item;
    if (older) older.younger = younger;
    else if (this.#oldest === item) this.#oldest = younger;
    if (younger) younger.older = older;
    else if (this.#youngest === item) this.#youngest = older;
    item.older = undefined;
    item.younger = undefined;
  }

  #stopWaiting(item: Item): void {
    item.waits = false;
    this.#waiting--;
    if (this.#firstWaiting === item) this.#firstWaiting = item.younger;
  }
}
