import type { KafkaRecord, RecordHeaders } from '../ports/record.ts';

type Bytes = Buffer | string | null;

/**
 * Makes a record let go of the buffer that it was cut out of: a client of Kafka cuts all records of an answer out of one, so
 * that a single small record keeps megabytes. Its bytes are then in a buffer of their own; repeating it changes nothing.
 */
export function detachRecord(record: KafkaRecord): void {
  const all = [record.key, record.value, ...Object.values(record.headers).flat()];
  const length = all.reduce((sum, each) => sum + bytesOf(each), 0);
  if (!all.some((each) => isBuffer(each) && each.buffer.byteLength > 2 * length)) return;
  const copy = copierInto(Buffer.allocUnsafeSlow(length));
  const own: { -readonly [Field in keyof KafkaRecord]: KafkaRecord[Field] } = record;
  own.key = record.key && copy(record.key);
  own.value = record.value && copy(record.value);
  own.headers = copyHeaders(record.headers, copy);
}

function copyHeaders(headers: RecordHeaders, copy: (bytes: Buffer) => Buffer): RecordHeaders {
  const copyOne = (each: Buffer | string) => (isBuffer(each) ? copy(each) : each);
  const entries = Object.entries(headers).map(([name, value]) => {
    return [name, Array.isArray(value) ? value.map(copyOne) : value && copyOne(value)] as const;
  });
  return Object.fromEntries(entries);
}

/** Puts one after the other. */
function copierInto(own: Buffer): (bytes: Buffer) => Buffer {
  let at = 0;
  return (bytes) => {
    own.set(bytes, at);
    at += bytes.length;
    return own.subarray(at - bytes.length, at);
  };
}

function bytesOf(each: Bytes | undefined): number {
  return isBuffer(each) ? each.length : 0;
}

function isBuffer(each: Bytes | undefined): each is Buffer {
  return typeof each === 'object' && each !== null;
}
