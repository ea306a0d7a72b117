import type { Commit, KafkaRecord } from '@millrace/messaging';
import { samplePayloads, sampleTaken } from './sample-event.ts';

/** A record of the benchmark, with the number of its key. */
export interface SampleRecord extends KafkaRecord {
  readonly user: number;
}

/** A partition as a broker has it: its records, and what the group has stored. */
export interface SamplePartition {
  readonly partition: number;
  readonly records: SampleRecord[];
  stored: Commit | undefined;
}

/** A topic in memory that outlives the consumers on it. A key's partition is its number, modulo the number of partitions. */
export class SampleTopic {
  readonly partitions: readonly SamplePartition[];
  readonly #payloads: ReturnType<typeof samplePayloads>;

  constructor({ keys, partitions }: { readonly keys: number; readonly partitions: number }) {
    this.#payloads = samplePayloads(keys);
    this.partitions = Array.from({ length: partitions }, (_, partition) => {
      return { partition, records: [], stored: undefined };
    });
  }

  append(user: number): void {
    const payload = this.#payloads[user];
    const to = this.partitions[user % this.partitions.length];
    if (!payload || !to) throw new Error(`there is no key ${user}`);
    const { key, value, headers } = payload;
    const { partition, records } = to;
    const offset = records.length;
    records.push({ topic: sampleTaken.topic, partition, offset, key, value, headers, timestampMs: 0, user });
  }
}
