import type { Commit } from '../ports/record-source.ts';
import type { PartitionOffsets } from './group-client.ts';
import type { LeaseTableLog } from './lease-table-log.ts';
import { OlderPartitions } from './older-partitions.ts';
import type { PartitionReader } from './partition-reader.ts';
import { partitionKey, type TopicPartition } from './topic-partition.ts';

export interface GainedPartitionsOptions {
  readonly reader: PartitionReader;
  readonly partitionCount: (topic: string) => number;
  readonly log: LeaseTableLog;
  /** What is known of a partition, and the place of the group in it. */
  readonly found: (offsets: PartitionOffsets, stored: Commit | undefined) => void;
  /** The same of one that was added to those that the group has begun with: it is read from its start, wherever those were. */
  readonly foundAdded: (offsets: PartitionOffsets) => void;
}

/** Finds out where the group is in partitions that have become ours, before they are granted. */
export class GainedPartitions {
  readonly #options: GainedPartitionsOptions;
  readonly #older: OlderPartitions;
  /** Of partitions whose topic is not there: how far it was read. */
  readonly #reached = new Map<string, number>();
  readonly #withheld = new Map<string, PartitionOffsets>();

  constructor(options: GainedPartitionsOptions) {
    this.#options = options;
    this.#older = new OlderPartitions(options.reader, options.partitionCount);
  }

  /** Those that wait: records of their keys may still lie in the partitions that were there before them. */
  get withheld(): readonly PartitionOffsets[] {
    return [...this.#withheld.values()];
  }

  /** The topic of a partition is gone, of which everything below `next` was read. */
  reachedBefore(partition: TopicPartition, next: number): void {
    this.#reached.set(partitionKey(partition), next);
  }

  /** There is a new generation, in which nothing but these is ours. */
  keepOnly(keys: ReadonlySet<string>): void {
    this.#withheld.clear();
    for (const key of this.#reached.keys()) if (!keys.has(key)) this.#reached.delete(key);
  }

  forget(): void {
    this.#withheld.clear();
    this.#reached.clear();
  }

  /** Tells of each as soon as it is known, for as long as it is wanted. Never rejects. */
  find(partitions: readonly TopicPartition[], wanted: () => boolean): Promise<void> {
    return this.#options.reader.readEach(partitions, wanted, (offsets) => void this.#look(offsets, wanted));
  }

  /**
   * An end of the log below the commit is looked at twice, which keeps no other partition waiting. Where this process has
   * reached more than there is, the log is another one under the same name, although the commit may lie within it.
   */
  async #look(offsets: PartitionOffsets, wanted: () => boolean): Promise<void> {
    const { reader, found } = this.#options;
    const reached = this.#reached.get(partitionKey(offsets)) ?? 0;
    const least = Math.max(reached, offsets.stored?.offset ?? 0);
    const known = least <= offsets.logEnd ? offsets : await reader.readLater(offsets, wanted);
    if (!known || !wanted()) return;
    if (reached > known.logEnd) found(known, { offset: reached, metadata: '' });
    else if (known.stored) found(known, known.stored);
    else await this.#lookAtOlder(known, wanted);
  }

  /** The group has nothing stored there. */
  async #lookAtOlder(offsets: PartitionOffsets, wanted: () => boolean): Promise<void> {
    const { log, found, foundAdded } = this.#options;
    const added = await this.#older.passed(offsets, wanted, () => {
      this.#withheld.set(partitionKey(offsets), offsets);
      log.waitsForOlder(offsets);
    });
    if (!wanted()) return;
    this.#withheld.delete(partitionKey(offsets));
    if (!added) return found(offsets, undefined);
    log.joinsOlder(offsets);
    foundAdded(offsets);
  }
}
