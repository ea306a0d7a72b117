import type { RecordHeaders } from '@millrace/messaging';
import type { TraceHeaders } from '@millrace/telemetry';
import type { OutboxRow, UnreadableRow } from './outbox-store.ts';

/** A row as a database gives it. */
export interface StoredRow {
  readonly id: number;
  readonly topic: string;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: string;
  readonly trace: string;
}

/** Nothing that stands in a row may keep the relay from the others. */
export function readRow({ id, topic, key, value, headers, trace }: StoredRow): OutboxRow | UnreadableRow {
  try {
    const record = { topic, key: toBuffer(key), value: toBuffer(value), headers: headersOf(parse(headers)) };
    return { id, record, trace: parse(trace) as TraceHeaders };
  } catch {
    // The parser's own words quote the row.
    return { id, unreadable: 'its headers or its trace cannot be read' };
  }
}

function parse(json: string): object {
  const value: unknown = JSON.parse(json);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new TypeError('no object');
}

function headersOf(headers: object): RecordHeaders {
  const isText = (value: unknown) => typeof value === 'string';
  if (Object.values(headers).every((value) => isText(value) || (Array.isArray(value) && value.every(isText)))) {
    return headers as RecordHeaders;
  }
  throw new TypeError('no headers');
}

const toBuffer = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
