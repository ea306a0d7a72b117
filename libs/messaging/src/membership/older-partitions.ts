import type { PartitionOffsets } from './group-client.ts';
import type { PartitionReader } from './partition-reader.ts';
import { decodePlace } from './stored-place.ts';
import { partitionKey, type TopicPartition } from './topic-partition.ts';

const lookAgainMs = 1_000;

/**
 * When partitions are added to a topic, many keys move to one of them. What was written of such a key before lies in an older
 * partition, and is to be done first. So an added partition waits until the group has done all that lay in the older ones
 * when it was first seen. Which those are is told by what the group has stored: how many partitions there were when it began
 * with each.
 */
export class OlderPartitions {
  readonly #reader: PartitionReader;
  readonly #partitionCount: (topic: string) => number;
  /** Of each added partition: up to where each older one is to be done. Kept over joins, so that waiting comes to an end. */
  readonly #ends = new Map<string, Map<string, number>>();

  constructor(reader: PartitionReader, partitionCount: (topic: string) => number) {
    this.#reader = reader;
    this.#partitionCount = partitionCount;
  }

  /**
   * Resolves once nothing is to be done before `partition`, of which the group has nothing stored; true where it was added
   * to the ones that the group has begun with. `waiting` is called if it has to wait. False when it is not wanted any more.
   */
  async passed(partition: TopicPartition, wanted: () => boolean, waiting: () => void): Promise<boolean> {
    const older = await this.#olderThan(partition, wanted);
    if (older.length === 0) return false;
    const ends = this.#endsFor(partition, older);
    let left = unpassed(older, ends);
    if (left.length > 0) waiting();
    while (left.length > 0 && wanted()) {
      await this.#reader.sleep(lookAgainMs);
      left = unpassed(await this.#readAll(left, wanted), ends);
    }
    if (!wanted()) return false;
    this.#ends.delete(partitionKey(partition));
    return true;
  }

  async #olderThan({ topic, partition }: TopicPartition, wanted: () => boolean): Promise<PartitionOffsets[]> {
    const others = Array.from({ length: this.#partitionCount(topic) }, (_, each) => ({ topic, partition: each }));
    const all = await this.#readAll(
      others.filter((each) => each.partition !== partition),
      wanted,
    );
    return all.filter(({ stored }) => stored && (decodePlace(stored.metadata).partitionsThen ?? Infinity) <= partition);
  }

  async #readAll(partitions: readonly TopicPartition[], wanted: () => boolean): Promise<PartitionOffsets[]> {
    const all: PartitionOffsets[] = [];
    await this.#reader.readEach(partitions, wanted, (offsets) => all.push(offsets));
    return all;
  }

  #endsFor(partition: TopicPartition, older: readonly PartitionOffsets[]): Map<string, number> {
    const key = partitionKey(partition);
    const ends = this.#ends.get(key) ?? new Map<string, number>();
    this.#ends.set(key, ends);
    for (const each of older) if (!ends.has(partitionKey(each))) ends.set(partitionKey(each), each.logEnd);
    return ends;
  }
}

/** A log that ends below what was there is another one: there is nothing left to wait for. */
function unpassed(partitions: readonly PartitionOffsets[], ends: ReadonlyMap<string, number>): PartitionOffsets[] {
  return partitions.filter((each) => {
    const end = Math.min(ends.get(partitionKey(each)) ?? 0, each.logEnd);
    return (each.stored?.offset ?? end) < end;
  });
}
