import type { RecordHeaders } from '@millrace/messaging';
import type { WireReader } from './wire-reader.ts';

interface Header {
  readonly name: string;
  readonly nameBytes: Buffer;
  readonly value: Buffer;
}

/**
 * Reads the headers of records that lie together. Most of a record's headers say what those of the record before it said: such
 * records have names and values in common instead of one more of each, which is most of what a record costs in memory.
 *
 * A header without a value (null) is read as one that is empty: kafkajs cannot write the former, to a dead letter for one.
 */
export class HeaderReader {
  /** By place: of the latest record that had so many. */
  readonly #latest: Header[] = [];

  read(from: WireReader): RecordHeaders {
    const headers: Record<string, RecordHeaders[string]> = {};
    const count = from.varint();
    for (let place = 0; place < count; place++) {
      const { name, value } = this.#next(from, place);
      if (name in headers) addAnother(headers, name, value);
      else headers[name] = value;
    }
    return headers;
  }

  #next(from: WireReader, place: number): Header {
    const latest = this.#latest[place];
    const known = latest && isNext(from, latest.nameBytes) ? latest : undefined;
    const nameBytes = known?.nameBytes ?? from.sizedBytes() ?? nothing;
    if (known && isNext(from, known.value)) return known;
    const header = { name: known?.name ?? nameBytes.toString(), nameBytes, value: from.sizedBytes() ?? nothing };
    this.#latest[place] = header;
    return header;
  }
}

const nothing = Buffer.alloc(0);

/** Goes past sized bytes that are the same as `expected`, and nowhere if they are not. */
function isNext(from: WireReader, expected: Buffer): boolean {
  const { bytes, at } = from;
  const { length } = expected;
  if (from.varint() !== length || !isSame(bytes, from.at, expected)) {
    from.at = at;
    return false;
  }
  from.skip(length);
  return true;
}

/** Looks from the end, where what is alike at first differs. */
function isSame(bytes: Buffer, at: number, expected: Buffer): boolean {
  let index = expected.length;
  while (index > 0 && bytes[at + index - 1] === expected[index - 1]) index--;
  return index === 0;
}

/** A name given several times has an array; one that objects inherit, such as `constructor`, is a name like any other. */
function addAnother(headers: Record<string, RecordHeaders[string]>, name: string, value: Buffer): void {
  const earlier = Object.hasOwn(headers, name) ? headers[name] : undefined;
  // Some names are given many thousand times: they must not be copied for each.
  if (Array.isArray(earlier)) return void earlier.push(value);
  const all = earlier === undefined ? value : [earlier, value];
  Object.defineProperty(headers, name, { value: all, enumerable: true, configurable: true, writable: true });
}
