import { type KafkaConnection, openTopicReader } from '@millrace/kafka';
import { headerText, type KafkaRecord } from '@millrace/messaging';

const topic = 'user-events';

/** How far the topic of the services went when a run began, by partition; earlier runs on this broker have written it, too. */
export type Begun = ReadonlyMap<number, number>;

export async function logEnds(kafka: KafkaConnection): Promise<Begun> {
  const reader = await openTopicReader(kafka);
  try {
    return new Map((await reader.ranges(topic)).map(({ partition, to }) => [partition, to]));
  } finally {
    reader.close();
  }
}

/** What a run has written, and the ids of what was there before. */
export async function readEvents(kafka: KafkaConnection, begun: Begun) {
  const records: KafkaRecord[] = [];
  const earlier = new Set<string>();
  const reader = await openTopicReader(kafka);
  try {
    const take = (batch: readonly KafkaRecord[]): void => {
      for (const record of batch)
        if (record.offset >= (begun.get(record.partition) ?? 0)) records.push(record);
        else earlier.add(headerText(record.headers, 'ce_id') ?? '');
    };
    for (const range of await reader.ranges(topic)) await reader.read(topic, [range], take);
  } finally {
    reader.close();
  }
  return { records, earlier };
}
