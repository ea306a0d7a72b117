import type { OutgoingRecord } from '@millrace/messaging';
import type { PendingSend } from './pending-send.ts';

/**
 * kafkajs makes one record batch of all that goes to a partition, and brokers refuse batches above `message.max.bytes`,
 * 1 MiB by default; this leaves room for what is counted roughly here.
 */
export const maxBatchBytes = 512 * 1024;

const recordOverheadBytes = 32;

/** Records of one call within a batch. */
export interface BatchPart {
  readonly send: PendingSend;
  readonly records: readonly OutgoingRecord[];
}

/**
 * What to write next: as much of the first call as fits, always at least one record, and then as many whole calls as
 * still fit. Order is kept, so records of equal key are written in the order of the calls.
 */
export function nextBatch(queue: readonly PendingSend[]): readonly BatchPart[] {
  const [head, ...others] = queue;
  if (!head) return [];
  const first = { send: head, records: head.oneByOne ? head.rest.slice(0, 1) : fitting(head.rest) };
  const parts = [first];
  if (head.alone || first.records.length < head.rest.length) return parts;
  let bytes = totalBytes(first.records);
  for (const send of others) {
    bytes += totalBytes(send.rest);
    if (send.alone || bytes > maxBatchBytes) break;
    parts.push({ send, records: send.rest });
  }
  return parts;
}

/** All records in their order, in parts of which each fits a batch, or is one record that does not. */
export function inParts<Outgoing extends OutgoingRecord>(
  records: readonly Outgoing[],
): readonly (readonly Outgoing[])[] {
  const parts: (readonly Outgoing[])[] = [];
  for (let rest = records; rest.length > 0;) {
    const part = fitting(rest);
    parts.push(part);
    rest = rest.slice(part.length);
  }
  return parts;
}

function fitting<Outgoing extends OutgoingRecord>(records: readonly Outgoing[]): readonly Outgoing[] {
  let bytes = 0;
  const end = records.findIndex((record, at) => {
    bytes += recordBytes(record);
    return at > 0 && bytes > maxBatchBytes;
  });
  return end === -1 ? records : records.slice(0, end);
}

function totalBytes(records: readonly OutgoingRecord[]): number {
  return records.reduce((sum, record) => sum + recordBytes(record), 0);
}

/** What a record takes in Kafka, and a little more. */
export function recordBytes({ key, value, headers }: OutgoingRecord): number {
  let bytes = recordOverheadBytes + (key?.length ?? 0) + (value?.length ?? 0);
  for (const [name, values] of Object.entries(headers)) {
    for (const item of [values ?? []].flat()) bytes += name.length + item.length;
  }
  return bytes;
}
