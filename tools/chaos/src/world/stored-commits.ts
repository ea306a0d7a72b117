import { type KafkaConnection, type LogRange, openTopicReader, type TopicReader } from '@millrace/kafka';
import type { StoredOffset } from '../judging/evidence.ts';
import { offsetsTopic, readOffsetCommit } from '../judging/offset-commits.ts';
import { commitsPartitionOf } from './where-commits-are.ts';

/** What Kafka has stored of a group, from a moment on: every commit, whoever sent it. */
export class StoredCommits {
  readonly #reader: TopicReader;
  readonly #group: string;
  readonly #from: LogRange;

  static async since(connection: KafkaConnection, group: string): Promise<StoredCommits> {
    const reader = await openTopicReader(connection);
    return new StoredCommits(reader, group, await rangeOf(reader, group));
  }

  private constructor(reader: TopicReader, group: string, from: LogRange) {
    this.#reader = reader;
    this.#group = group;
    this.#from = from;
  }

  /** The partition of Kafka's own topic in which they are. */
  get partition(): number {
    return this.#from.partition;
  }

  /** Those of `topic`, in the order in which they were stored. */
  async read(topic: string): Promise<readonly StoredOffset[]> {
    const commits: StoredOffset[] = [];
    const { to, partition } = await rangeOf(this.#reader, this.#group);
    await this.#reader.read(offsetsTopic, [{ partition, from: this.#from.to, to }], (records) => {
      for (const record of records) {
        const commit = readOffsetCommit(record, this.#group);
        if (commit?.topic === topic) commits.push(commit);
      }
    });
    return commits;
  }

  close(): void {
    this.#reader.close();
  }
}

async function rangeOf(reader: TopicReader, group: string): Promise<LogRange> {
  const ranges = await reader.ranges(offsetsTopic);
  const range = ranges[commitsPartitionOf(group, ranges.length)];
  if (!range) throw new Error(`Kafka shows no ${offsetsTopic}`);
  return range;
}
