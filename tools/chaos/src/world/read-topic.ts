import type { KafkaConnection } from '@millrace/kafka';
import { headerText, type KafkaRecord } from '@millrace/messaging';
import type { RunRecord } from '@millrace/testing/guarantees';
import { recordName } from '../member/member-protocol.ts';
import { withReader } from './with-reader.ts';

/** All that lies in a topic, as guarantees know it. */
export async function readTopic(connection: KafkaConnection, topic: string): Promise<readonly RunRecord[]> {
  const found: RunRecord[] = [];
  await withReader(connection, async (reader) => {
    await reader.read(topic, await reader.ranges(topic), (records) => found.push(...records.map(runRecord)));
  });
  return found;
}

function runRecord({ topic, partition, offset, key, headers }: KafkaRecord): RunRecord {
  const id = recordName(headerText(headers, 'ce_id') ?? '', offset);
  return { id, topic, partition, offset, key: key?.toString() ?? null, subscribed: true };
}
