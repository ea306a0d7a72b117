import { BatchCollector, type Collected } from './batch-collector.ts';
import type { Batching } from './delivery.ts';
import type { Clock } from '../ports/clock.ts';
import { Fifo } from './fifo.ts';
import type { Lane, LaneKey } from './lane.ts';
import { Lines } from './lines.ts';
import { PartitionQueue } from './partition-queue.ts';
import type { TargetGate } from '../ports/target.ts';

export interface KeyedQueueOptions<Item> {
  /** Turns that run at the same time, over all keys. */
  readonly concurrency: number;
  /** Works on an item. Never rejects; resolves to the wait in ms before the item's next turn, or to undefined after its last. */
  readonly turn: (item: Item) => Promise<number | undefined>;
  /** What an item's next turn shares with others; undefined where it has one of its own. */
  readonly batchingOf: (item: Item) => Batching | undefined;
  /** Works on several items in one turn, which are of the same batching; resolves to what `turn` would for each. */
  readonly turnTogether: (items: readonly Item[]) => Promise<readonly (number | undefined)[]>;
  /** Asked before the turn of an item that {@link needsTarget}, and told of it. */
  readonly gate: TargetGate;
  /** From 0 to 1, draws whose turn it is where the gate is probing. */
  readonly random: () => number;
  readonly needsTarget: (item: Item) => boolean;
  /** Whose item it is, where tenants take turns rather than partitions. */
  readonly tenantOf?: ((item: Item) => string) | undefined;
  /** Called after a turn that left room for more: turns could start, but no key is ready. */
  readonly starved: () => void;
  /** Told of a key under which `hotAt` items wait, once, until it is well below that again. */
  readonly hot: (item: Item) => void;
  readonly hotAt: number;
  readonly clock: Clock;
}

/**
 * Serial per key, concurrent across keys. Partitions, or tenants, take turns, and within one its keys, {@link Lines}, one item
 * each, so that none with much to do keeps out the others, nor is kept back by them. An item that waits for its next turn
 * holds its key, no more. Items of one batching are collected, one per key, for a turn that counts as one. Constant time per
 * item.
 */
export class KeyedQueue<Item extends object> {
  readonly #options: KeyedQueueOptions<Item>;
  readonly #partitions = new Set<PartitionQueue<Item>>();
  /** Keys that are ready. */
  readonly #lines: Lines<Item>;
  /** Keys that are ready and need no target. */
  readonly #unconditional = new Fifo<Lane<Item>>();
  readonly #collector: BatchCollector<Item>;
  /** Set while the targets are closed: forgets to ask again. */
  #stopAsking: (() => void) | undefined;
  #running = 0;
  #closed = false;
  #whenIdle: (() => void)[] = [];

  constructor(options: KeyedQueueOptions<Item>) {
    this.#options = options;
    this.#collector = new BatchCollector({ ...options, due: () => this.#startTurns() });
    this.#lines = new Lines(options.tenantOf);
  }

  /** Keys with something queued, waiting or running. */
  get keys(): number {
    return sum(this.#partitions, ({ keys }) => keys);
  }

  /** Keys under which much waits. */
  get hotKeys(): number {
    return sum(this.#partitions, ({ hotLanes }) => hotLanes.size);
  }

  /** A queue for one more partition. */
  partition(): PartitionQueue<Item> {
    const { hot, hotAt, concurrency } = this.#options;
    const ready = (lane: Lane<Item>) => this.#makeReady(lane);
    const discarded = (owner: Lane<Item>['owner']) => this.#lines.drop(owner);
    const queue = new PartitionQueue<Item>({ ready, discarded, hot, hotAt, concurrency });
    this.#partitions.add(queue);
    return queue;
  }

  push(queue: PartitionQueue<Item>, key: LaneKey, item: Item): void {
    queue.push(key, item);
    this.#startTurns();
  }

  /** {@link PartitionQueue.setAside}, and starts what that made ready. */
  setAside(queue: PartitionQueue<Item>, change: (item: Item) => void): void {
    queue.setAside(change);
    this.#startTurns();
  }

  /** {@link PartitionQueue.reconsider}, and starts what that made ready. */
  reconsider(queue: PartitionQueue<Item>, change: (item: Item) => void): void {
    queue.reconsider(change, this.#options.needsTarget);
    this.#startTurns();
  }

  /** {@link PartitionQueue.discardOnly}, and starts what that made ready. */
  discardOnly(queue: PartitionQueue<Item>, isDiscarded: (item: Item) => boolean): void {
    queue.discardOnly(isDiscarded);
    this.#startTurns();
  }

  /** No turn starts from now on. */
  close(): void {
    this.#closed = true;
    this.#stopAsking?.();
    this.#collector.close();
    for (const queue of this.#partitions) queue.stopWaiting();
  }

  /** Resolves once no turn is running. */
  idle(): Promise<void> {
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  #makeReady(lane: Lane<Item>): void {
    lane.inLine = true;
    if (lane.next && !this.#options.needsTarget(lane.next)) return this.#unconditional.push(lane);
    this.#lines.push(lane, { long: lane.owner.isLong(lane) });
  }

  #startTurns(): void {
    while (!this.#closed && this.#running < this.#options.concurrency) {
      const lane = this.#unconditional.shift();
      if (lane) this.#startNext(lane);
      else if (!this.#startNextIfOpen()) return;
    }
  }

  /** A batch that is due, or what is next in line; false where there is neither, or the targets are closed. */
  #startNextIfOpen(): boolean {
    const { hasDue } = this.#collector;
    if ((!hasDue && this.#lines.size === 0) || !this.#isOpen()) return false;
    if (hasDue) this.#startBatch(this.#collector.shiftDue());
    else {
      const { gate, random } = this.#options;
      const lane = this.#lines.shift(gate.isProbing() ? random : undefined);
      if (!lane) return false;
      this.#startNext(lane);
    }
    return true;
  }

  #startNext(lane: Lane<Item>): void {
    lane.inLine = false;
    const item = lane.take();
    if (!item) return lane.owner.advance(lane);
    const batching = this.#options.batchingOf(item);
    if (batching) this.#collector.add(batching, lane, item);
    else this.#start(lane, item);
  }

  #isOpen(): boolean {
    if (this.#stopAsking) return false;
    const closedForMs = this.#options.gate.closedForMs();
    if (closedForMs === undefined) return true;
    this.#stopAsking = this.#options.clock.after(closedForMs, () => {
      this.#stopAsking = undefined;
      this.#startTurns();
    });
    return false;
  }

  #start(lane: Lane<Item>, item: Item): void {
    const { needsTarget, gate, turn } = this.#options;
    const throughGate = needsTarget(item);
    if (throughGate) gate.turnStarted();
    this.#running++;
    lane.running = true;
    void turn(item).then((waitMs) => {
      if (throughGate) this.#leftGate();
      this.#settled(lane, item, waitMs);
      this.#ended();
    });
  }

  /** What kept others from starting may be over. */
  #leftGate(): void {
    this.#options.gate.turnEnded();
    this.#stopAsking?.();
    this.#stopAsking = undefined;
  }

  #startBatch({ lanes, items }: Collected<Item> = { lanes: [], items: [] }): void {
    if (items.length === 0) return;
    const { gate, turnTogether } = this.#options;
    gate.turnStarted();
    this.#running++;
    for (const lane of lanes) lane.running = true;
    void turnTogether(items).then((waitsMs) => {
      this.#leftGate();
      for (const [at, lane] of lanes.entries()) this.#settled(lane, items[at], waitsMs[at]);
      this.#ended();
    });
  }

  #settled(lane: Lane<Item>, item: Item | undefined, waitMs: number | undefined): void {
    lane.running = false;
    if (waitMs !== undefined && lane.current === item) this.#wait(lane, waitMs);
    else lane.owner.advance(lane);
  }

  #ended(): void {
    this.#running--;
    this.#startTurns();
    if (this.#running < this.#options.concurrency) this.#options.starved();
    if (this.#running === 0) this.#tellIdle();
  }

  #wait(lane: Lane<Item>, waitMs: number): void {
    if (this.#closed) return;
    lane.owner.waits(lane);
    lane.stopWaiting = this.#options.clock.after(waitMs, () => {
      lane.stopWaiting = undefined;
      this.#makeReady(lane);
      this.#startTurns();
    });
  }

  #tellIdle(): void {
    const waiting = this.#whenIdle;
    this.#whenIdle = [];
    for (const resolve of waiting) resolve();
  }
}

function sum<Each>(all: Iterable<Each>, of: (each: Each) => number): number {
  let total = 0;
  for (const each of all) total += of(each);
  return total;
}
