import { randomUUID } from 'node:crypto';
import { dataSchemaOf, type EventContract, type EventName, isDataSchemaOf } from './define-event.ts';
import { type EventHeaders, eventHeaders, type WrittenEventHeaders } from './event-headers.ts';
import { headerText, type KafkaRecord, type OutgoingRecord, type RecordHeaders } from '../ports/record.ts';
import { ServiceError } from '../errors/service-error.ts';

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
const utf8 = new TextDecoder('utf-8', { fatal: true });
/** Of wrong fields named in one message. */
const longestList = 10;

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
  return headerOf(headers, 'ce_type');
}

/**
 * Reads a record as an event of `contract`; throws `INVALID_EVENT` naming the attribute, or the fields, that are wrong.
 * Events that others published may lack the optional attributes; what the record itself says takes their place.
 */
export function decodeEvent<Data>(contract: EventContract<Data>, record: KafkaRecord): EventEnvelope<Data> {
  const { headers } = record;
  requireHeader(contract, headers, 'ce_specversion', specVersion);
  return {
    id: requireHeader(contract, headers, 'ce_id'),
    type: requireHeader(contract, headers, 'ce_type', contract.type),
    source: requireHeader(contract, headers, 'ce_source'),
    time: timeOf(contract, record),
    subject: headerOf(headers, 'ce_subject') ?? record.key?.toString() ?? '',
    dataschema: schemaOf(contract, headers),
    data: checkData(contract, parseJson(contract, record.value)),
  };
}

type HeaderName = keyof EventHeaders;

function requireHeader(contract: EventName, headers: RecordHeaders, name: HeaderName, expected?: string): string {
  const value = headerOf(headers, name);
  if (!value) throw invalidEvent(contract, `header ${name} is missing`);
  if (expected !== undefined && value !== expected) throw invalidEvent(contract, `header ${name} is not ${expected}`);
  return value;
}

function headerOf(headers: RecordHeaders, name: HeaderName): string | undefined {
  return headerText(headers, name);
}

function timeOf(contract: EventName, { headers, timestampMs }: KafkaRecord): string {
  const time = new Date(headerOf(headers, 'ce_time') ?? timestampMs);
  if (Number.isNaN(time.getTime())) throw invalidEvent(contract, 'header ce_time is not a time');
  return time.toISOString();
}

/** Another version is an incompatible one: read with this schema it may pass and mean something else. */
function schemaOf(contract: EventName, headers: RecordHeaders): string {
  const ours = dataSchemaOf(contract);
  const theirs = headerOf(headers, 'ce_dataschema') ?? ours;
  if (theirs !== ours && isDataSchemaOf(contract.type, theirs))
    throw invalidEvent(contract, 'header ce_dataschema names another version');
  return theirs;
}

function checkData<Data>(contract: EventContract<Data>, data: unknown): Data {
  const parsed = contract.schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const fields = issues.slice(0, longestList).map(({ path, code }) => `${path.join('.') || 'data'} (${code})`);
  const more = issues.length > longestList ? [`${issues.length - longestList} more`] : [];
  throw invalidEvent(contract, `wrong fields: ${[...fields, ...more].join(', ')}`);
}

function parseJson(contract: EventName, value: Buffer | null): unknown {
  if (value === null) throw invalidEvent(contract, 'it has no value');
  try {
    return JSON.parse(utf8.decode(value));
  } catch {
    // The parser's own message quotes the value, which may hold personal data.
    throw invalidEvent(contract, 'its value is not JSON in UTF-8');
  }
}

function invalidEvent({ type, version }: EventName, why: string): ServiceError {
  return new ServiceError('INVALID_EVENT', `no valid ${type} (version ${version}): ${why}`);
}
