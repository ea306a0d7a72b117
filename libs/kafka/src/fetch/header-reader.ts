import type { RecordHeaders } from '@millrace/messaging';
import type { WireReader } from './wire-reader.ts';

/** What lies from `at` to `end`, its length first. */
interface Field<Value> {
  readonly at: number;
  readonly end: number;
  readonly value: Value;
}

type HeaderValue = string | Buffer;

/**
 * Reads the headers of records that lie together. Most of a record's headers say what those of the record before it said: such
 * records have names and values in common instead of one more of each, which is most of what a record costs in memory. A short
 * value in ASCII, as most are, is read as text, which takes a third of the memory and keeps no answer of the broker alive.
 *
 * A header without a value (null) is read as one that is empty: kafkajs cannot write the former, to a dead letter for one.
 */
export class HeaderReader {
  readonly #from: WireReader;
  /** By place: of the latest record that had so many. */
  readonly #names: Field<string>[] = [];
  readonly #values: Field<HeaderValue>[] = [];

  constructor(from: WireReader) {
    this.#from = from;
  }

  /** Those of the record at which the reader stands. */
  read(): RecordHeaders {
    const headers: Record<string, RecordHeaders[string]> = {};
    const count = this.#from.varint();
    for (let place = 0; place < count; place++) {
      const name = this.#next(this.#names, place, textOf);
      const value = this.#next(this.#values, place, valueOf);
      if (name in headers) addAnother(headers, name, value);
      else headers[name] = value;
    }
    return headers;
  }

  #next<Value>(latest: Field<Value>[], place: number, read: (bytes: Buffer, at: number, end: number) => Value): Value {
    const from = this.#from;
    const known = latest[place];
    if (known && isAgain(from, known)) return known.value;
    const { at } = from;
    const length = Math.max(0, from.varint());
    from.skip(length);
    const value = read(from.bytes, from.at - length, from.at);
    latest[place] = { at, end: from.at, value };
    return value;
  }
}

/** Goes past bytes that are the same as those of `known`, and nowhere if they are not. */
function isAgain(from: WireReader, known: Field<unknown>): boolean {
  const { bytes, at } = from;
  let left = known.end - known.at;
  const length = left;
  // from the end, where what is alike at first differs
  while (left > 0 && bytes[at + left - 1] === bytes[known.at + left - 1]) left--;
  if (left > 0) return false;
  from.skip(length);
  return true;
}

const textOf = (bytes: Buffer, at: number, end: number) => bytes.toString('utf8', at, end);

/** Longer ones are few, and looking through them is dear. */
const longestText = 256;

function valueOf(bytes: Buffer, at: number, end: number): HeaderValue {
  const isText = end - at <= longestText && isAscii(bytes, at, end);
  return isText ? bytes.toString('latin1', at, end) : bytes.subarray(at, end);
}

function isAscii(bytes: Buffer, at: number, end: number): boolean {
  let all = 0;
  for (let index = at; index < end; index++) all |= bytes[index] ?? 0;
  return all < 0x80;
}

/** A name given several times has an array; one that objects inherit, such as `constructor`, is a name like any other. */
function addAnother(headers: Record<string, RecordHeaders[string]>, name: string, value: HeaderValue): void {
  const earlier = Object.hasOwn(headers, name) ? headers[name] : undefined;
  // Some names are given many thousand times: they must not be copied for each.
  if (Array.isArray(earlier)) return void earlier.push(value);
  const all = earlier === undefined ? value : [earlier, value];
  Object.defineProperty(headers, name, { value: all, enumerable: true, configurable: true, writable: true });
}
