import { partitionKey, type TopicPartition } from '@millrace/messaging/membership';
import type { FetchPosition } from './fetch-answer.ts';
import type { InMemoryBroker } from './in-memory-broker.ts';

interface Position extends TopicPartition {
  readonly node: number;
  next: number;
}

/** Where the client goes on reading, and where it does not for now. Wrong after each join, as kafkajs's are. */
export class ClientPositions {
  readonly #broker: InMemoryBroker;
  readonly #group: string;
  #positions = new Map<string, Position>();
  /** Outlives joins, also of partitions that come and go. */
  readonly #paused = new Set<string>();
  readonly #seeks = new Map<string, number>();

  constructor(broker: InMemoryBroker, group: string) {
    this.#broker = broker;
    this.#group = group;
  }

  /** The group has a new generation: forgets how far was read, and goes back to what is committed, even for what stays. */
  assign(partitions: readonly TopicPartition[]): void {
    this.#positions = new Map(partitions.map((each) => [partitionKey(each), this.#committed(each)]));
  }

  pause(partition: TopicPartition): void {
    this.#paused.add(partitionKey(partition));
  }

  resume(partition: TopicPartition): void {
    this.#paused.delete(partitionKey(partition));
  }

  paused(partition: TopicPartition): boolean {
    return this.#paused.has(partitionKey(partition));
  }

  /** From the next request on; what is on its way is handed over all the same, and moves nothing any more. */
  seek(partition: TopicPartition, offset: number): void {
    this.#seeks.set(partitionKey(partition), offset);
  }

  /** Whoever asked for it and when: what an answer covers counts as read. */
  move(partition: TopicPartition, next: number): void {
    const position = this.#positions.get(partitionKey(partition));
    if (position) position.next = next;
  }

  /** What a request to the broker `node` asks for. */
  wanted(node: number): FetchPosition[] {
    const wanted: FetchPosition[] = [];
    for (const [key, position] of this.#positions) {
      if (position.node !== node || this.#paused.has(key)) continue;
      position.next = this.#seeks.get(key) ?? position.next;
      this.#seeks.delete(key);
      wanted.push({ topic: position.topic, partition: position.partition, from: position.next });
    }
    return wanted;
  }

  #committed({ topic, partition }: TopicPartition): Position {
    const committed = this.#broker.group(this.#group).offsets.get({ topic, partition })?.offset ?? -2;
    const next = committed < 0 ? (this.#broker.log({ topic, partition })?.start ?? 0) : committed;
    return { topic, partition, node: this.#broker.nodeOf({ partition, topic }), next };
  }
}
