import type { KafkaRecord } from '../ports/record.ts';

/** Topics whose records have come before, from another topic, and come again. */
export interface ReplayTopics {
  /** The topic from which the records of `topic` came first; undefined where it is no topic of replays. */
  sourceOf(topic: string): string | undefined;
  /**
   * A record of a topic of replays as it was when it came first: its topic, partition and offset are those of then. Others as
   * they are.
   */
  originOf(record: KafkaRecord): KafkaRecord;
}

export const noReplays: ReplayTopics = { sourceOf: () => undefined, originOf: (record) => record };
