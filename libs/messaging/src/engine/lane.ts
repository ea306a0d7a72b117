import { Fifo } from './fifo.ts';
import type { Line } from './line.ts';

/** What a lane is known by among those of its partition: a key of order, or an offset where the record has none. */
export type LaneKey = string | number;

/** The partition that a lane belongs to. */
export interface LaneOwner<Item extends object> {
  /** Where its lanes stand that may have a turn, unless tenants have lines of their own. */
  readonly line: Line<Lane<Item>>;
  /** Whether much waits in the lane. */
  isLong(lane: Lane<Item>): boolean;
  /** The lane's current item is to have another turn, later. */
  waits(lane: Lane<Item>): void;
  /** The lane's current item has had its last turn. */
  advance(lane: Lane<Item>): void;
}

/** Everything queued under one key. One item at a time has its turns; it keeps the others waiting until its last. */
export class Lane<Item extends object> {
  readonly owner: LaneOwner<Item>;
  readonly key: LaneKey;
  /** The item that has its turns now. */
  current: Item | undefined;
  /** Whether a turn is running: of `current`, or of one that was discarded meanwhile. */
  running = false;
  /** Set while `current` waits for its next turn: ends the wait, without the turn. */
  stopWaiting: (() => void) | undefined;
  /** How often `current` has waited for its next turn. */
  waits = 0;
  /** Whether it stands in line for its next turn. */
  inLine = false;
  /** The lane with what was set aside of this one. While it has anything, nothing new begins here. */
  aside: Lane<Item> | undefined;
  /** The lane that this one is {@link aside} of. */
  beside: Lane<Item> | undefined;
  /** Whether it was found to be hot, see {@link PartitionQueue}. */
  hot = false;
  #first: Item | undefined;
  /** All but the first; most lanes never have more. */
  #rest: Fifo<Item> | undefined;

  constructor(owner: LaneOwner<Item>, key: LaneKey) {
    this.owner = owner;
    this.key = key;
  }

  /** Items that have had no turn. */
  get waiting(): number {
    return this.#first === undefined ? 0 : 1 + (this.#rest?.size ?? 0);
  }

  /** Whether nothing of it is underway: no turn, no wait for one. */
  get idle(): boolean {
    return !this.current && !this.running && !this.inLine;
  }

  /** The item whose turn is next. */
  get next(): Item | undefined {
    return this.current ?? this.#first;
  }

  /** The current one, and then what waits. */
  *all(): Iterable<Item> {
    if (this.current) yield this.current;
    if (this.#first) yield this.#first;
    if (this.#rest) yield* this.#rest;
  }

  push(item: Item): void {
    if (this.#first === undefined) this.#first = item;
    else (this.#rest ??= new Fifo()).push(item);
  }

  /** Makes the next item the current one, unless there is one, or what came before it was set aside and is not done. */
  take(): Item | undefined {
    if (this.current || this.aside) return this.current;
    this.current = this.#first;
    this.#first = this.#rest?.shift();
    return this.current;
  }

  /** Takes out all items that have had no turn, oldest first. */
  takeWaiting(): Item[] {
    const items: Item[] = [];
    for (let item = this.#first; item !== undefined; item = this.#rest?.shift()) items.push(item);
    this.#first = undefined;
    return items;
  }
}
