import { detachRecord } from '../engine/detach-record.ts';
import type { ReplayTopics } from '../engine/replay-topics.ts';
import { headerText, type KafkaRecord } from '../ports/record.ts';

/** Where dead letters of a topic go to be handled once more, by the group that gave up on them and no other. */
export function replayTopicOf(topic: string, group: string): string {
  return `${topic}.${group}.replay`;
}

/**
 * What operators have decided about dead letters, of all topics and groups: compacted, by the place of the dead letter
 * (`<topic>/<partition>/<offset>`). A decision to replay is in one transaction with the record that goes out again.
 */
export const decisionsTopic = 'millrace.dlq-decisions';

/** A group's topics of replays. */
export interface GroupReplays extends ReplayTopics {
  /** As {@link RecordSourceOptions.replays}. */
  readonly sources: ReadonlyMap<string, string>;
}

export function replaysOf(group: string, topics: readonly string[]): GroupReplays {
  const sources = new Map(topics.map((topic) => [replayTopicOf(topic, group), topic]));
  return {
    sources,
    sourceOf: (topic) => sources.get(topic),
    originOf: (record) => {
      const topic = sources.get(record.topic);
      return topic === undefined ? record : originOf(record, topic);
    },
  };
}

const wholeNumber = /^\d{1,16}$/;

/** What says nothing of where it was is taken for a record that has come at the place where it is. */
function originOf(record: KafkaRecord, topic: string): KafkaRecord {
  const number = (name: string) => {
    const text = headerText(record.headers, name) ?? '';
    return wholeNumber.test(text) ? Number(text) : undefined;
  };
  const partition = number('millrace_dlq_partition') ?? record.partition;
  const origin = { ...record, topic, partition, offset: number('millrace_dlq_offset') ?? record.offset };
  detachRecord(origin);
  return origin;
}
