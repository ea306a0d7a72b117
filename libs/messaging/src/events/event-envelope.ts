import { randomUUID } from 'node:crypto';
import { checkData } from './check-data.ts';
import { dataSchemaOf, type EventContract } from './define-event.ts';
import { eventHeaders, type WrittenEventHeaders } from './event-headers.ts';
import { headerText, type KafkaRecord, type OutgoingRecord } from '../ports/record.ts';

/** One occurrence of an event. CloudEvents 1.0: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md */
export interface EventEnvelope<Data = unknown> {
  /** Unique per occurrence; a record published twice carries the same id. */
  readonly id: string;
  readonly type: string;
  /** Who emitted it, e.g. `/user-service`. */
  readonly source: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly subject: string;
  readonly dataschema: string;
  readonly data: Data;
}

const specVersion = eventHeaders.shape.ce_specversion.value;

/** Makes a new occurrence; throws `INVALID_EVENT` for data that consumers of the contract could not read. */
export function createEvent<Data>(
  contract: EventContract<Data>,
  data: Data,
  {
    source,
    id = randomUUID(),
    now = new Date(),
  }: { readonly source: string; readonly id?: string; readonly now?: Date },
): EventEnvelope<Data> {
  const checked = checkData(contract, data);
  return {
    id,
    type: contract.type,
    source,
    time: now.toISOString(),
    subject: contract.key(checked),
    dataschema: dataSchemaOf(contract),
    data: checked,
  };
}

/**
 * The event as a Kafka record in CloudEvents' binary mode: attributes in `ce_*` headers, data as JSON.
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md
 */
export function encodeEvent(topic: string, event: EventEnvelope): OutgoingRecord {
  const headers: WrittenEventHeaders = {
    ce_specversion: specVersion,
    ce_id: event.id,
    ce_type: event.type,
    ce_source: event.source,
    ce_time: event.time,
    ce_subject: event.subject,
    ce_dataschema: event.dataschema,
    'content-type': 'application/json',
  };
  return { topic, key: Buffer.from(event.subject), value: Buffer.from(JSON.stringify(event.data)), headers };
}

/** The CloudEvents type of a record, undefined where it is not a CloudEvent at all. */
export function eventTypeOf({ headers }: KafkaRecord): string | undefined {
  return headerText(headers, 'ce_type');
}
