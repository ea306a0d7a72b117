import { type KafkaConnection, openTopicReader } from '@millrace/kafka';
import { headerText, type KafkaRecord } from '@millrace/messaging';
import type { RunRecord } from '@millrace/testing/guarantees';
import { recordName } from '../member/member-protocol.ts';

/** All that lies in a topic, as guarantees know it. */
export async function readTopic(connection: KafkaConnection, topic: string): Promise<readonly RunRecord[]> {
  const reader = await openTopicReader(connection);
  const found: RunRecord[] = [];
  try {
    await reader.read(topic, await reader.ranges(topic), (records) => found.push(...records.map(runRecord)));
  } finally {
    reader.close();
  }
  return found;
}

function runRecord({ topic, partition, offset, key, headers }: KafkaRecord): RunRecord {
  const id = recordName(headerText(headers, 'ce_id') ?? '', offset);
  return { id, topic, partition, offset, key: key?.toString() ?? null, subscribed: true };
}
