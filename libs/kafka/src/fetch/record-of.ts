import type { KafkaRecord } from '@millrace/messaging';
import type { TopicPartition } from '@millrace/messaging/membership';
import type { KafkaMessage } from 'kafkajs';

/** A record as it came; the bytes are those of the answer, not copied. */
export function recordOf(
  { topic, partition }: TopicPartition,
  { offset, key, value, headers, timestamp }: Pick<KafkaMessage, 'offset' | 'key' | 'value' | 'headers' | 'timestamp'>,
): KafkaRecord {
  return {
    topic,
    partition,
    offset: Number(offset),
    key,
    value,
    headers: headers ?? {},
    timestampMs: Number(timestamp),
  };
}
