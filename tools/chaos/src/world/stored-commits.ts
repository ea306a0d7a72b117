import type { KafkaConnection, LogRange, TopicReader } from '@millrace/kafka';
import type { StoredOffset } from '../judging/evidence.ts';
import { offsetsTopic, readOffsetCommit } from '../judging/offset-commits.ts';
import { commitsPartitionOf } from './where-commits-are.ts';
import { withReader } from './with-reader.ts';

/** What Kafka has stored of a group, from a moment on: every commit, whoever sent it. */
export class StoredCommits {
  readonly #connection: KafkaConnection;
  readonly #group: string;
  readonly #before: LogRange;

  static async since(connection: KafkaConnection, group: string): Promise<StoredCommits> {
    const before = await withReader(connection, (reader) => rangeOf(reader, group));
    return new StoredCommits(connection, group, before);
  }

  private constructor(connection: KafkaConnection, group: string, before: LogRange) {
    this.#connection = connection;
    this.#group = group;
    this.#before = before;
  }

  /** The partition of Kafka's own topic in which they are. */
  get partition(): number {
    return this.#before.partition;
  }

  /** Those of `topic`, in the order in which they were stored. */
  read(topic: string): Promise<readonly StoredOffset[]> {
    return withReader(this.#connection, async (reader) => {
      const commits: StoredOffset[] = [];
      const { to, partition } = await rangeOf(reader, this.#group);
      await reader.read(offsetsTopic, [{ partition, from: this.#before.to, to }], (records) => {
        const read = records.flatMap((record) => readOffsetCommit(record, this.#group) ?? []);
        commits.push(...read.filter((commit) => commit.topic === topic));
      });
      return commits;
    });
  }
}

async function rangeOf(reader: TopicReader, group: string): Promise<LogRange> {
  const ranges = await reader.ranges(offsetsTopic);
  const range = ranges[commitsPartitionOf(group, ranges.length)];
  if (!range) throw new Error(`Kafka shows no ${offsetsTopic}`);
  return range;
}
