import type { KafkaRecord, OutgoingRecord } from '@millrace/messaging';
import type { KafkaMessage, Message } from 'kafkajs';

/** A record as kafkajs writes it; the message is new, since kafkajs' partitioner notes the partition in it. */
export function messageOf({ key, value, headers }: OutgoingRecord): Message {
  const present = Object.entries(headers).filter(([, header]) => header !== undefined);
  return { key, value, headers: Object.fromEntries(present) };
}

/** A record as it came; the bytes are kafkajs' own, not copied. */
export function recordOf(
  { topic, partition }: { readonly topic: string; readonly partition: number },
  { offset, key, value, headers, timestamp }: KafkaMessage,
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
