import type { Clock } from './clock.ts';
import { Fifo } from './fifo.ts';

export interface KeyedQueueOptions<Item> {
  /** Turns that run at the same time, over all keys. */
  readonly concurrency: number;
  /** Works on an item. Never rejects; resolves to the wait in ms before the item's next turn, or to undefined after its last. */
  readonly turn: (item: Item) => Promise<number | undefined>;
  /** Called after a turn that left room for more: turns could start, but no key is ready. */
  readonly starved: () => void;
  readonly clock: Clock;
}

/** Everything queued under one key. It is in `#lanes` as long as it has an item or a running turn. */
interface Lane<Item extends object> {
  readonly key: string;
  readonly items: Fifo<Item>;
  /** The item that has its turns now; it keeps the others waiting until the last of them. */
  current: Item | undefined;
  /** Set while `current` waits for its next turn: ends the wait, without the turn. */
  stopWaiting: (() => void) | undefined;
}

/**
 * Serial per key, concurrent across keys. Keys that are ready take turns in the order in which they became ready, one item
 * each, so that none with much to do keeps out the others. An item that waits for its next turn holds its key, no more.
 */
export class KeyedQueue<Item extends object> {
  readonly #concurrency: number;
  readonly #turn: (item: Item) => Promise<number | undefined>;
  readonly #starved: () => void;
  readonly #clock: Clock;
  readonly #lanes = new Map<string, Lane<Item>>();
  readonly #ready = new Fifo<Lane<Item>>();
  #running = 0;
  #closed = false;
  #whenIdle: (() => void)[] = [];

  constructor({ concurrency, turn, starved, clock }: KeyedQueueOptions<Item>) {
    this.#concurrency = concurrency;
    this.#turn = turn;
    this.#starved = starved;
    this.#clock = clock;
  }

  /** Keys with something queued, waiting or running. */
  get keys(): number {
    return this.#lanes.size;
  }

  push(key: string, item: Item): void {
    const known = this.#lanes.get(key);
    if (known) return known.items.push(item);
    const lane: Lane<Item> = { key, items: new Fifo(), current: undefined, stopWaiting: undefined };
    lane.items.push(item);
    this.#lanes.set(key, lane);
    this.#makeReady(lane);
  }

  /**
   * Forgets the items that `belongs` picks. A turn of one that is running goes on and keeps its key until it has settled:
   * what is pushed under that key meanwhile does not overlap with it.
   */
  discard(belongs: (item: Item) => boolean): void {
    for (const lane of this.#lanes.values()) {
      lane.items.retain((item) => !belongs(item));
      if (lane.current && belongs(lane.current)) this.#discardCurrent(lane);
    }
    // Not sooner: a lane further down the loop may still hold what belongs to the discarded.
    this.#startTurns();
  }

  /** No turn starts from now on. */
  close(): void {
    this.#closed = true;
    for (const { stopWaiting } of this.#lanes.values()) stopWaiting?.();
  }

  /** Resolves once no turn is running. */
  idle(): Promise<void> {
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  #makeReady(lane: Lane<Item>): void {
    this.#ready.push(lane);
    this.#startTurns();
  }

  #startTurns(): void {
    while (!this.#closed && this.#running < this.#concurrency) {
      const lane = this.#ready.shift();
      if (!lane) return;
      const item = (lane.current ??= lane.items.shift());
      // A lane emptied by `discard` stays in line and is taken out here.
      if (item) void this.#run(lane, item);
      else this.#lanes.delete(lane.key);
    }
  }

  async #run(lane: Lane<Item>, item: Item): Promise<void> {
    this.#running++;
    const waitMs = await this.#turn(item);
    this.#running--;
    if (waitMs !== undefined && lane.current === item) this.#wait(lane, waitMs);
    else this.#advance(lane);
    this.#startTurns();
    if (this.#running < this.#concurrency) this.#starved();
    if (this.#running === 0) this.#tellIdle();
  }

  #wait(lane: Lane<Item>, waitMs: number): void {
    if (this.#closed) return;
    lane.stopWaiting = this.#clock.after(waitMs, () => {
      lane.stopWaiting = undefined;
      this.#makeReady(lane);
    });
  }

  #advance(lane: Lane<Item>): void {
    lane.current = undefined;
    if (lane.items.size > 0) this.#ready.push(lane);
    else this.#lanes.delete(lane.key);
  }

  #discardCurrent(lane: Lane<Item>): void {
    lane.current = undefined;
    if (!lane.stopWaiting) return;
    lane.stopWaiting();
    lane.stopWaiting = undefined;
    this.#advance(lane);
  }

  #tellIdle(): void {
    const waiting = this.#whenIdle;
    this.#whenIdle = [];
    for (const resolve of waiting) resolve();
  }
}
