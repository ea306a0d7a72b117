/** First in, first out, in amortised constant time at both ends; `Array.shift` moves a long array on every call. */
export class Fifo<Item extends object> {
  #items: (Item | undefined)[] = [];
  #head = 0;

  get size(): number {
    return this.#items.length - this.#head;
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  shift(): Item | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#items[this.#head++] = undefined;
    if (this.#head * 2 > this.#items.length) this.#dropHead();
    return item;
  }

  /** Takes out the one at `place`, counted from 0, below `size`; the first goes there. */
  take(place: number): Item | undefined {
    const [at, first] = [this.#head + place, this.#items[this.#head]];
    this.#items[this.#head] = this.#items[at];
    this.#items[at] = first;
    return this.shift();
  }

  /** All of them, the first first. */
  *[Symbol.iterator](): Iterator<Item> {
    for (let at = this.#head; at < this.#items.length; at++) {
      const item = this.#items[at];
      if (item !== undefined) yield item;
    }
  }

  /** Takes out all that `isGone` says; takes time by their number. */
  remove(isGone: (item: Item) => boolean): void {
    this.#items = this.#items.slice(this.#head).filter((item) => item !== undefined && !isGone(item));
    this.#head = 0;
  }

  clear(): void {
    this.#items = [];
    this.#head = 0;
  }

  #dropHead(): void {
    this.#items = this.#items.slice(this.#head);
    this.#head = 0;
  }
}
