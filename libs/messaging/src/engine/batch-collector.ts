import type { Batching } from './delivery.ts';
import type { Clock } from '../ports/clock.ts';
import { Fifo } from './fifo.ts';
import type { Lane } from './lane.ts';

/** Items that will have a turn together, and their lanes: `lanes[at]` is that of `items[at]`. */
export interface Collected<Item extends object> {
  readonly lanes: readonly Lane<Item>[];
  readonly items: readonly Item[];
}

interface Collecting<Item extends object> {
  readonly batching: Batching;
  readonly lanes: Lane<Item>[];
  readonly items: Item[];
  readonly stopWaiting: () => void;
}

export interface BatchCollectorOptions<Item extends object> {
  readonly clock: Clock;
  /** Of what batching an item is now. */
  readonly batchingOf: (item: Item) => Batching | undefined;
  /** A batch has waited for as long as it may. */
  readonly due: () => void;
}

/**
 * Collects items for the turns that they will have together, each the current one of its lane, so that no two of a key are in
 * one batch. A batch is due when it is full, or when its first item has waited for as long as it may.
 */
export class BatchCollector<Item extends object> {
  readonly #options: BatchCollectorOptions<Item>;
  readonly #collecting = new Map<Batching, Collecting<Item>>();
  readonly #due = new Fifo<Collecting<Item>>();

  constructor(options: BatchCollectorOptions<Item>) {
    this.#options = options;
  }

  get hasDue(): boolean {
    return this.#due.size > 0;
  }

  add(batching: Batching, lane: Lane<Item>, item: Item): void {
    const batch = this.#collecting.get(batching) ?? this.#begin(batching);
    batch.lanes.push(lane);
    batch.items.push(item);
    if (batch.items.length >= batching.maxSize) this.#end(batching, batch);
  }

  /** Takes out the batch that is due for longest, without what was discarded meanwhile, or is to go another way. */
  shiftDue(): Collected<Item> | undefined {
    const batch = this.#due.shift();
    if (!batch) return undefined;
    const { lanes, items, batching } = batch;
    const isMeant = (lane: Lane<Item> | undefined, item: Item | undefined) =>
      item !== undefined && lane?.current === item && this.#options.batchingOf(item) === batching;
    if (lanes.every((lane, at) => isMeant(lane, items[at]))) return batch;
    return {
      lanes: lanes.filter((lane, at) => isMeant(lane, items[at])),
      items: items.filter((item, at) => isMeant(lanes[at], item)),
    };
  }

  /** What was collected stays where it is, without a turn. */
  close(): void {
    for (const { stopWaiting } of this.#collecting.values()) stopWaiting();
    this.#collecting.clear();
    this.#due.clear();
  }

  #begin(batching: Batching): Collecting<Item> {
    const { clock, due } = this.#options;
    const stopWaiting = clock.after(batching.maxDelayMs, () => {
      this.#end(batching, batch);
      due();
    });
    const batch: Collecting<Item> = { batching, lanes: [], items: [], stopWaiting };
    this.#collecting.set(batching, batch);
    return batch;
  }

  #end(batching: Batching, batch: Collecting<Item>): void {
    batch.stopWaiting();
    this.#collecting.delete(batching);
    this.#due.push(batch);
  }
}
