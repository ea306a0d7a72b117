import type { KafkaConnection } from '@millrace/kafka';
import { headerText, type KafkaRecord } from '@millrace/messaging';
import { withReader } from './with-reader.ts';

const topic = 'user-events';

/** How far the topic of the services went when a run began, by partition; earlier runs on this broker have written it, too. */
export type Begun = ReadonlyMap<number, number>;

export async function logEnds(kafka: KafkaConnection): Promise<Begun> {
  const ranges = await withReader(kafka, (reader) => reader.ranges(topic));
  return new Map(ranges.map(({ partition, to }) => [partition, to]));
}

/** What a run has written, and the ids of what was there before. */
export async function readEvents(kafka: KafkaConnection, begun: Begun) {
  const records: KafkaRecord[] = [];
  const earlier = new Set<string>();
  const take = (batch: readonly KafkaRecord[]): void => {
    for (const record of batch)
      if (record.offset >= (begun.get(record.partition) ?? 0)) records.push(record);
      else earlier.add(headerText(record.headers, 'ce_id') ?? '');
  };
  await withReader(kafka, async (reader) => {
    for (const range of await reader.ranges(topic)) await reader.read(topic, [range], take);
  });
  return { records, earlier };
}
