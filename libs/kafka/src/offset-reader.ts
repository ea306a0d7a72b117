import type { Logger } from '@millrace/telemetry';
import type { PartitionOffsets, TopicPartition } from './group-offsets.ts';
import { reasonOf } from './kafka-error.ts';
import { pause } from './pause.ts';

export interface OffsetReaderOptions {
  readonly read: (partitions: readonly TopicPartition[]) => Promise<readonly PartitionOffsets[]>;
  readonly log: Logger;
}

const readAgainMs = 500;
/** A broker that has just become the leader of a partition knows within it how far that goes. */
const leaderLagMs = 1_500;

/** Reads where a group is and how far its partitions go, for as long as it takes. */
export class OffsetReader {
  readonly #read: OffsetReaderOptions['read'];
  readonly #log: Logger;

  constructor({ read, log }: OffsetReaderOptions) {
    this.#read = read;
    this.#log = log;
  }

  /** Asks until Kafka answers; none once nobody wants to know any more. Never rejects. */
  async read(partitions: readonly TopicPartition[], wanted: () => boolean): Promise<readonly PartitionOffsets[]> {
    while (wanted()) {
      try {
        const offsets = await this.#read(partitions);
        return wanted() ? offsets : [];
      } catch (error) {
        this.#log.debug({ reason: reasonOf(error) }, 'offsets of the group could not be read; trying on');
      }
      await pause(readAgainMs);
    }
    return [];
  }

  /** The second opinion on what cannot be true unless the log is another one: as {@link read}, after a while. */
  async readLater(partitions: readonly TopicPartition[], wanted: () => boolean): Promise<readonly PartitionOffsets[]> {
    if (partitions.length === 0) return [];
    await pause(leaderLagMs);
    return this.read(partitions, wanted);
  }
}
