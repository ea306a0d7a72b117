import type { Clock } from '../ports/clock.ts';
import type { GroupClient, PartitionOffsets } from './group-client.ts';
import { partitionKey, type TopicPartition } from './topic-partition.ts';

const readAgainMs = 500;
/** A broker that has just become the leader of a partition knows within it how far that goes. */
const leaderLagMs = 1_500;

/** Reads where a group is and how far its partitions go, for as long as it takes. Its methods never reject. */
export class PartitionReader {
  readonly #client: Pick<GroupClient, 'readOffsets'>;
  readonly #clock: Clock;

  constructor(client: Pick<GroupClient, 'readOffsets'>, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** Tells of each partition as soon as it is known, until all are, or nobody wants to know any more. */
  async readEach(
    partitions: readonly TopicPartition[],
    wanted: () => boolean,
    told: (offsets: PartitionOffsets) => void,
  ): Promise<void> {
    const missing = new Map(partitions.map((partition) => [partitionKey(partition), partition]));
    while (missing.size > 0 && wanted()) {
      const known = await this.#client.readOffsets([...missing.values()]).catch(() => []);
      for (const offsets of known) if (wanted() && missing.delete(partitionKey(offsets))) told(offsets);
      if (missing.size > 0) await this.sleep(readAgainMs);
    }
  }

  /** Undefined once it is not wanted any more. */
  async read(partition: TopicPartition, wanted: () => boolean): Promise<PartitionOffsets | undefined> {
    let offsets: PartitionOffsets | undefined;
    await this.readEach([partition], wanted, (told) => (offsets = told));
    return offsets;
  }

  /** The second opinion on what cannot be true unless the log is another one: as {@link read}, after a while. */
  async readLater(partition: TopicPartition, wanted: () => boolean): Promise<PartitionOffsets | undefined> {
    await this.sleep(leaderLagMs);
    return this.read(partition, wanted);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.#clock.after(ms, resolve));
  }
}
