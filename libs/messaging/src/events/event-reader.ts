import { checkData, invalidEvent } from './check-data.ts';
import { dataSchemaOf, type EventContract, isDataSchemaOf } from './define-event.ts';
import type { EventEnvelope } from './event-envelope.ts';
import { type EventHeaders, eventHeaders } from './event-headers.ts';
import { KnownText } from './known-text.ts';
import { headerText, type KafkaRecord, type RecordHeaders } from '../ports/record.ts';

const specVersion = new KnownText(eventHeaders.shape.ce_specversion.value);
const utf8 = new TextDecoder('utf-8', { fatal: true });
/** As `Date` writes it; days that not every month has are left to `Date` to judge. */
const writtenByDate = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

/**
 * Reads a record as an event of `contract`; throws `INVALID_EVENT` naming the attribute, or the fields, that are wrong.
 * Events that others published may lack the optional attributes; what the record itself says takes their place.
 */
export function decodeEvent<Data>(contract: EventContract<Data>, record: KafkaRecord): EventEnvelope<Data> {
  return new EventReader(contract).read(record);
}

type HeaderName = keyof EventHeaders;

/** Reads records as events of one contract. Made once for many: what they have in common is not read anew from each. */
export class EventReader<Data = unknown> {
  readonly #contract: EventContract<Data>;
  readonly #type: KnownText;
  readonly #dataSchema: KnownText;

  constructor(contract: EventContract<Data>) {
    this.#contract = contract;
    this.#type = new KnownText(contract.type);
    this.#dataSchema = new KnownText(dataSchemaOf(contract));
  }

  /** Whether a record is said to be an event of the contract's type. */
  isOfType({ headers }: KafkaRecord): boolean {
    return this.#type.is(headers.ce_type);
  }

  /** {@link decodeEvent}. */
  read(record: KafkaRecord): EventEnvelope<Data> {
    const { headers, key, value } = record;
    this.#expect(headers, 'ce_specversion', specVersion);
    return {
      id: this.#require(headers, 'ce_id'),
      type: this.#expect(headers, 'ce_type', this.#type),
      source: this.#require(headers, 'ce_source'),
      time: this.#timeOf(record),
      subject: headerText(headers, 'ce_subject') ?? key?.toString() ?? '',
      dataschema: this.#dataSchemaOf(headers),
      data: checkData(this.#contract, this.#parse(value)),
    };
  }

  #require(headers: RecordHeaders, name: HeaderName): string {
    const value = headerText(headers, name);
    if (!value) throw invalidEvent(this.#contract, `header ${name} is missing`);
    return value;
  }

  #expect(headers: RecordHeaders, name: HeaderName, expected: KnownText): string {
    if (expected.is(headers[name])) return expected.text;
    this.#require(headers, name);
    throw invalidEvent(this.#contract, `header ${name} is not ${expected.text}`);
  }

  /** Most publishers write a time as it is read; parsing it, and writing it anew, is dear. */
  #timeOf({ headers, timestampMs }: KafkaRecord): string {
    const written = headerText(headers, 'ce_time');
    if (written !== undefined && writtenByDate.test(written)) return written;
    const time = new Date(written ?? timestampMs);
    if (Number.isNaN(time.getTime())) throw invalidEvent(this.#contract, 'header ce_time is not a time');
    return time.toISOString();
  }

  /** Another version is an incompatible one: read with this schema it may pass and mean something else. */
  #dataSchemaOf(headers: RecordHeaders): string {
    const ours = this.#dataSchema;
    if (ours.is(headers.ce_dataschema)) return ours.text;
    const theirs = headerText(headers, 'ce_dataschema') ?? ours.text;
    if (theirs !== ours.text && isDataSchemaOf(this.#contract.type, theirs))
      throw invalidEvent(this.#contract, 'header ce_dataschema names another version');
    return theirs;
  }

  #parse(value: Buffer | null): unknown {
    if (value === null) throw invalidEvent(this.#contract, 'it has no value');
    try {
      return JSON.parse(utf8.decode(value));
    } catch {
      // The parser's own message quotes the value, which may hold personal data.
      throw invalidEvent(this.#contract, 'its value is not JSON in UTF-8');
    }
  }
}
