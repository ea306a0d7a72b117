import { Lane, type LaneKey, type LaneOwner } from './lane.ts';
import { createLine } from './line.ts';

/** What a partition's queue asks of the queue that it is part of. */
export interface LaneStarter<Item extends object> {
  /** The lane has an item that may have a turn. */
  readonly ready: (lane: Lane<Item>) => void;
  /** All that was ready of this partition is so no more. */
  readonly discarded: (queue: LaneOwner<Item>) => void;
  /** Told of a key that is hot, once, with the newest of its items. */
  readonly hot: (item: Item) => void;
  /** So many items must wait for a key that is called hot. */
  readonly hotAt: number;
  /** Turns that run at the same time, of all partitions. */
  readonly concurrency: number;
}

/** An item that has waited so often for another turn keeps its key for longer than an API needs to be well again. */
const stuckAfter = 3;

/** Marks the key of a lane aside; no record's key, read byte by byte, holds this character. */
const asidePrefix = '\uFFFF';

/**
 * What is queued of one partition, by key. It outlives its leases: a key of a partition that was lost and came back waits
 * for the turn that its old lease began.
 */
export class PartitionQueue<Item extends object> implements LaneOwner<Item> {
  readonly line = createLine<Lane<Item>>();
  /** Keys under which much waits. */
  readonly hotLanes = new Set<Lane<Item>>();
  /** Keys of which an item has had several turns, and is to have more. */
  readonly #stuckLanes = new Set<Lane<Item>>();
  readonly #lanes = new Map<LaneKey, Lane<Item>>();
  readonly #starter: LaneStarter<Item>;
  /** Items that have not had their last turn. */
  #held = 0;

  constructor(starter: LaneStarter<Item>) {
    this.#starter = starter;
  }

  /** Keys with something queued, waiting or running. */
  get keys(): number {
    return this.#lanes.size;
  }

  /** How many of certain items wait for their next turn. Takes time by the number of keys. */
  retrying(isCounted: (item: Item) => boolean): number {
    let waiting = 0;
    for (const { stopWaiting, current } of this.#lanes.values())
      if (stopWaiting && current && isCounted(current)) waiting++;
    return waiting;
  }

  push(key: LaneKey, item: Item): void {
    const known = this.#lanes.get(key);
    if (!known) return this.#open(key, item);
    known.push(item);
    this.#held++;
    if (!known.hot && this.#isHot(known)) this.#heat(known, item);
  }

  /**
   * What waits in it is at least twice what there is for each of the turns that may run: so there are half as many such lanes
   * at most, and turns for all of them.
   */
  isLong({ waiting }: Lane<Item>): boolean {
    return waiting * this.#starter.concurrency >= 2 * this.#held;
  }

  waits(lane: Lane<Item>): void {
    if (++lane.waits >= stuckAfter) this.#stuckLanes.add(lane);
  }

  advance(lane: Lane<Item>): void {
    if (lane.current) this.#held--;
    this.#free(lane);
    if (lane.hot && lane.waiting < this.#starter.hotAt / 2) this.#cool(lane);
    if (lane.aside) return;
    if (lane.waiting > 0) this.#starter.ready(lane);
    else this.#close(lane);
  }

  /**
   * Forgets all items. A turn that is running goes on and keeps its key until it has settled: what is pushed under that
   * key meanwhile does not overlap with it.
   */
  discard(): void {
    this.#starter.discarded(this);
    this.#held = 0;
    for (const lane of this.#lanes.values()) this.#empty(lane);
  }

  /** {@link discard} for some of the items; the others stay as they are, in their order. */
  discardOnly(isDiscarded: (item: Item) => boolean): void {
    for (const lane of this.#lanes.values()) this.#sift(lane, isDiscarded);
  }

  /** Ends all waits, without a turn. */
  stopWaiting(): void {
    for (const lane of this.#lanes.values()) lane.stopWaiting?.();
  }

  /**
   * Lets `change` make items need no target that did, all but those that have a turn just now. Whatever is next under its key
   * after that goes on without waiting for one.
   */
  reconsider(change: (item: Item) => void, needsTarget: (item: Item) => boolean): void {
    const waitForTarget: Lane<Item>[] = [];
    const free: Lane<Item>[] = [];
    for (const lane of this.#lanes.values()) {
      const { next } = lane;
      const neededTarget = next !== undefined && needsTarget(next);
      for (const item of lane.all()) if (item !== lane.current || !lane.running) change(item);
      if (!next || !neededTarget || lane.running) continue;
      if (lane.inLine) waitForTarget.push(lane);
      else if (!needsTarget(next) && lane.current) free.push(lane);
    }
    this.#starter.discarded(this);
    for (const lane of free) {
      lane.stopWaiting?.();
      lane.stopWaiting = undefined;
    }
    for (const lane of [...free, ...waitForTarget]) this.#starter.ready(lane);
  }

  /**
   * Takes what waits under hot keys, and under those that are stuck where that is half of all, and queues what `change` makes
   * of it beside them, in order, to go its own way. What comes after it under such a key waits for it.
   */
  setAside(change: (item: Item) => void): void {
    for (const lane of this.hotLanes) if (this.#isHot(lane)) this.#setAside(lane, change);
    if (!this.#areStuckInTheWay()) return;
    for (const lane of this.#stuckLanes) if (lane.waiting > 0) this.#setAside(lane, change);
  }

  #setAside(lane: Lane<Item>, change: (item: Item) => void): void {
    this.#cool(lane);
    const aside = (lane.aside ??= this.#openBeside(lane));
    for (const item of lane.takeWaiting()) {
      change(item);
      aside.push(item);
    }
    if (aside.idle) this.#starter.ready(aside);
  }

  #areStuckInTheWay(): boolean {
    let waiting = 0;
    for (const lane of this.#stuckLanes) waiting += lane.waiting;
    return waiting > 0 && 2 * waiting >= this.#held;
  }

  #openBeside(lane: Lane<Item>): Lane<Item> {
    const aside = new Lane<Item>(this, `${asidePrefix}${lane.key}`);
    aside.beside = lane;
    this.#lanes.set(aside.key, aside);
    return aside;
  }

  /** Nothing is left of the lane; it may have been closed before, and another have its key. */
  #close(lane: Lane<Item>): void {
    if (this.#lanes.get(lane.key) === lane) this.#lanes.delete(lane.key);
    const { beside } = lane;
    if (!beside) return;
    beside.aside = undefined;
    if (beside.idle) this.advance(beside);
  }

  #open(key: LaneKey, item: Item): void {
    const lane = new Lane<Item>(this, key);
    lane.push(item);
    this.#held++;
    this.#lanes.set(key, lane);
    this.#starter.ready(lane);
  }

  #empty(lane: Lane<Item>): void {
    lane.takeWaiting();
    this.#cool(lane);
    this.#free(lane);
    lane.inLine = false;
    lane.aside = undefined;
    lane.beside = undefined;
    if (!lane.running) this.#lanes.delete(lane.key);
  }

  #sift(lane: Lane<Item>, isDiscarded: (item: Item) => boolean): void {
    for (const item of lane.takeWaiting())
      if (isDiscarded(item)) this.#held--;
      else lane.push(item);
    if (lane.current && isDiscarded(lane.current)) this.#drop(lane);
    if (lane.hot && lane.waiting < this.#starter.hotAt / 2) this.#cool(lane);
    if (!lane.idle || lane.aside) return; // it goes on when its turn comes or ends, or when what was set aside is done
    if (lane.waiting > 0) this.#starter.ready(lane);
    else this.#close(lane);
  }

  #drop(lane: Lane<Item>): void {
    this.#held--;
    this.#free(lane);
  }

  /** Nothing keeps the lane's next item waiting but a turn that is running. */
  #free(lane: Lane<Item>): void {
    lane.current = undefined;
    lane.stopWaiting?.();
    lane.stopWaiting = undefined;
    lane.waits = 0;
    this.#stuckLanes.delete(lane);
  }

  /** Much waits, and much more than for other keys: where all keys have their part of it, it is not the key that is slow. */
  #isHot({ waiting }: Lane<Item>): boolean {
    if (waiting < this.#starter.hotAt) return false;
    return 2 * waiting >= this.#held || waiting * this.#lanes.size >= 4 * this.#held;
  }

  #heat(lane: Lane<Item>, item: Item): void {
    lane.hot = true;
    this.hotLanes.add(lane);
    this.#starter.hot(item);
  }

  #cool(lane: Lane<Item>): void {
    lane.hot = false;
    this.hotLanes.delete(lane);
  }
}
