import type { OutgoingRecord } from '@millrace/messaging';
import type { Message } from 'kafkajs';

/** A record as kafkajs writes it; the message is new, since kafkajs' partitioner notes the partition in it. */
export function messageOf({ key, value, headers }: OutgoingRecord): Message {
  const present = Object.entries(headers).filter(([, header]) => header !== undefined);
  return { key, value, headers: Object.fromEntries(present) };
}
