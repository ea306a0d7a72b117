import { createHash } from 'node:crypto';
import {
  createEvent,
  deadLetterOf,
  encodeEvent,
  type EventContract,
  headerText,
  type OutgoingRecord,
  ServiceError,
} from '@millrace/messaging';

const publishedAt = new Date('2026-11-21T12:05:01.000Z');
const givenUpAt = new Date('2026-11-21T12:05:02.000Z');
const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

/** An example of a contract as it is published by `source`: a real record, but for its id, time and trace, which never change. */
export function exampleRecord<Data>(contract: EventContract<Data>, data: Data, source: string): OutgoingRecord {
  const id = uuidOf(JSON.stringify([contract.type, contract.version, data]));
  const { headers, ...record } = encodeEvent(
    contract.topic,
    createEvent(contract, data, { source, id, now: publishedAt }),
  );
  return { ...record, headers: { ...headers, traceparent } };
}

/** The dead letter of an example that the group's API refused. */
export function exampleDeadLetter(record: OutgoingRecord, group: string): OutgoingRecord {
  const failure = new ServiceError('API_REJECTED', 'POST /emails/send answered 422', { status: 422 });
  const heardTypes = [headerText(record.headers, 'ce_type') ?? ''];
  const times = { firstAt: givenUpAt, lastAt: givenUpAt, keyTtlMs: 86_400_000 };
  const reason = { failure, attempts: 1, ...times, heardTypes };
  return deadLetterOf({ ...record, partition: 3, offset: 1_234, timestampMs: publishedAt.getTime() }, group, reason);
}

/** A record as a message's example. */
export function messageExample({ headers, value }: OutgoingRecord): object {
  return { headers, payload: JSON.parse(String(value)) as unknown };
}

/** An id that looks like those that are made at random, the same for the same text. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-8$4-$5');
}
