import type { PartitionQueue } from './partition-queue.ts';

interface Place {
  readonly topic: string;
  readonly partition: number;
}

/**
 * The queue of each partition, by topic and number. They are kept for good: they are few, and a key must wait for its old
 * call. A partition of replays has that of the partition from which its records came first, so that a key is called one after
 * the other over both.
 */
export class PartitionQueues<Item extends object> {
  readonly #open: () => PartitionQueue<Item>;
  readonly #sourceOf: (topic: string) => string | undefined;
  readonly #topics = new Map<string, PartitionQueue<Item>[]>();

  constructor(open: () => PartitionQueue<Item>, sourceOf: (topic: string) => string | undefined) {
    this.#open = open;
    this.#sourceOf = sourceOf;
  }

  of({ topic, partition }: Place): PartitionQueue<Item> {
    let queues = this.#topics.get(topic);
    if (!queues) this.#topics.set(topic, (queues = this.#queuesOf(topic)));
    return (queues[partition] ??= this.#open());
  }

  #queuesOf(topic: string): PartitionQueue<Item>[] {
    const source = this.#sourceOf(topic);
    if (source === undefined) return [];
    const queues = this.#topics.get(source) ?? [];
    this.#topics.set(source, queues);
    return queues;
  }
}
