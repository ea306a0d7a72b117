import type { Commit } from '@millrace/messaging';
import type { Answer, TopicPartition } from './answer.ts';
import type { ClientOptions } from './client-options.ts';
import { coordinatorNode, type GroupClient } from './group-client.ts';
import type { LogRange } from './in-memory-broker.ts';

/** What Kafka knows of a partition: what the group has stored, and how far the log goes. */
export interface PartitionState extends LogRange {
  readonly committed: Commit | undefined;
}

const readAgainMs = 500;
/** A new leader may not know the end for a moment. */
const confirmMs = 1_500;

/** Asks for what must be known of a partition before it is read, as often as it takes. */
export class PartitionReader {
  readonly #options: ClientOptions;
  readonly #client: GroupClient;

  constructor(options: ClientOptions, client: GroupClient) {
    this.#options = options;
    this.#client = client;
  }

  /** Undefined when it is not wanted any more. */
  async readState(partition: TopicPartition, wanted: () => boolean): Promise<PartitionState | undefined> {
    while (wanted()) {
      const [committed, range] = await Promise.all([this.#readCommitted(partition), this.#readRange(partition)]);
      if (!committed.error && !range.error) return { committed: committed.value, ...range.value };
      await this.#sleep(readAgainMs);
    }
    return undefined;
  }

  /** As it is, or, where it ends before `reached`, as it is a moment later; undefined when it is not wanted any more. */
  async confirmRange(
    partition: TopicPartition,
    range: LogRange,
    reached: number,
    wanted: () => boolean,
  ): Promise<LogRange | undefined> {
    if (reached <= range.end) return range;
    await this.#sleep(confirmMs);
    return this.readRange(partition, wanted);
  }

  /** Undefined when it is not wanted any more. */
  async readRange(partition: TopicPartition, wanted: () => boolean): Promise<LogRange | undefined> {
    while (wanted()) {
      const range = await this.#readRange(partition);
      if (!range.error) return range.value;
      await this.#sleep(readAgainMs);
    }
    return undefined;
  }

  #readCommitted(partition: TopicPartition): Promise<Answer<Commit | undefined>> {
    const { broker, group } = this.#options;
    return this.#client.ask<Commit | undefined>(coordinatorNode, 'offsets', (reply) =>
      broker.group(group).readOffset(partition, reply),
    );
  }

  #readRange(partition: TopicPartition): Promise<Answer<LogRange>> {
    const { broker } = this.#options;
    return this.#client.ask<LogRange>(broker.nodeOf(partition), 'ends', (reply) => broker.readRange(partition, reply));
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#options.process.clock.after(ms, resolve));
  }
}
