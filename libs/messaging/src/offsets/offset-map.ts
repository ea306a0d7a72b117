import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { checksumOf } from './checksum.ts';
import { decodeRanges } from './decode-ranges.ts';
import { encodeRanges } from './encode-ranges.ts';
import type { OffsetRange } from './offset-range.ts';

/** What is finished of a partition beyond its committed offset; in commit metadata as docs/offset-map.md describes it. */
export interface OffsetMap {
  /** The offset it was committed with, and that of a record. */
  readonly base: number;
  /** `checksumOf` the name of the log that it is about. */
  readonly log: string;
  /** `fingerprintOf` the record at the base. */
  readonly fingerprint: string;
  /** Rising, from the base on; what is not in it is unfinished. */
  readonly finished: readonly OffsetRange[];
}

/** Why a text is no map: another program's, of a later version of this one, or not what was written. */
export type NoOffsetMap = 'foreign' | 'newer' | 'damaged';

/** Kafka's default of `offset.metadata.max.bytes`, 4,096, which counts characters; and room for what the source writes before it. */
export const maxMapLength = 4_088;

const version = 1;
const header = /^mr([1-9]\d*)\./;
const fields = /^(mr1\.(0|[1-9]\d{0,15})\.([\w-]{6})\.([\w-]{11})\.((?:[rz][\w-]+)?)\.)([\w-]{6})$/;
/** What {@link fields} finds: each of them is there. */
type Fields = readonly [
  whole: string,
  checked: string,
  base: string,
  log: string,
  fingerprint: string,
  body: string,
  checksum: string,
];
/** Below, deflating saves nothing worth its time. */
const deflateFromBytes = 64;
/** What a map unpacks to at most: deflated bytes that grow beyond are none of ours. */
const maxBodyBytes = 65_536;

/** Never longer than {@link maxMapLength}: what does not fit is left out from the far end, that is, said to be unfinished. */
export function encodeOffsetMap(map: OffsetMap): string {
  const whole = textOf(map);
  return fits(whole) ? whole : textOf(cut(map));
}

/** Any text may be given; nothing is believed that is not, to the last character, what {@link encodeOffsetMap} writes. */
export function decodeOffsetMap(metadata: string): OffsetMap | NoOffsetMap {
  const writtenBy = header.exec(metadata)?.[1];
  if (writtenBy === undefined) return 'foreign';
  if (Number(writtenBy) > version) return 'newer';
  const found = fields.exec(metadata) as Fields | null;
  if (!found) return 'damaged';
  const [, checked, decimal, log, fingerprint, body, checksum] = found;
  const base = Number(decimal);
  if (checksum !== checksumOf(checked) || !Number.isSafeInteger(base)) return 'damaged';
  const bytes = bytesOf(body);
  const finished = bytes && decodeRanges(base, bytes);
  return finished ? { base, log, fingerprint, finished } : 'damaged';
}

/** The longest beginning of a map that fits. */
function cut(map: OffsetMap): OffsetMap {
  const begin = (count: number): OffsetMap => ({ ...map, finished: map.finished.slice(0, count) });
  let [enough, tooMany] = [0, map.finished.length];
  while (tooMany - enough > 1) {
    const middle = Math.floor((enough + tooMany) / 2);
    if (fits(textOf(begin(middle)))) enough = middle;
    else tooMany = middle;
  }
  return begin(enough);
}

function fits(text: string): boolean {
  return text.length <= maxMapLength;
}

function textOf({ base, log, fingerprint, finished }: OffsetMap): string {
  const checked = `mr${version}.${base}.${log}.${fingerprint}.${bodyOf(encodeRanges(base, finished))}.`;
  return checked + checksumOf(checked);
}

function bodyOf(bytes: Uint8Array): string {
  if (bytes.length === 0) return '';
  // too much for who reads it; its length alone says that it must be cut
  if (bytes.length > maxBodyBytes) return base64(bytes);
  const deflated = bytes.length < deflateFromBytes ? bytes : deflateRawSync(bytes);
  return deflated.length < bytes.length ? `z${base64(deflated)}` : `r${base64(bytes)}`;
}

function bytesOf(body: string): Uint8Array | undefined {
  const bytes = Buffer.from(body.slice(1), 'base64url');
  if (!body.startsWith('z')) return bytes;
  try {
    return inflateRawSync(bytes, { maxOutputLength: maxBodyBytes });
  } catch {
    return undefined;
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}
