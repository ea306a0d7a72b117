import type { KafkaRecord } from '../ports/record.ts';

/** What a record's objects cost beside their contents, roughly. */
const overheadBytes = 512;

/** The memory that a record holds, estimated from its contents. */
export function recordBytes({ key, value, headers }: KafkaRecord): number {
  let bytes = overheadBytes + (key?.length ?? 0) + (value?.length ?? 0);
  for (const name in headers) {
    const header = headers[name];
    bytes += name.length;
    if (Array.isArray(header)) for (const each of header) bytes += each.length;
    else bytes += header?.length ?? 0;
  }
  return bytes;
}
