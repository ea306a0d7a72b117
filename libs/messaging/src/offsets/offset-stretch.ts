/**
 * What a stretch of offsets in an offset map holds: offsets all alike, or bytes of one bit per offset (docs/offset-map.md).
 * The numbers are the stored ones.
 */
export const stretchKinds = { unfinished: 0, finished: 1, bits: 2 } as const;

export type StretchKind = (typeof stretchKinds)[keyof typeof stretchKinds];

export interface StretchHeader {
  readonly kind: StretchKind;
  /** In offsets; of a stretch of bits in bytes. */
  readonly length: number;
  /** Where the byte after the header lies. */
  readonly end: number;
}

/** Enough for a length of 2^53. */
const maxHeaderBytes = 8;

/** How many bytes a header of this length takes: the first holds 5 bits of it, each further one 7. */
export function headerBytes(length: number): number {
  let bytes = 1;
  for (let rest = Math.floor((length - 1) / 32); rest > 0; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}

/** What a stretch of bits costs beside its bits, in bits, when its header is not a large one. */
export const openingBits = 16;

/**
 * What `encodeRanges` takes at most, in bits, for `length` offsets of which all but the last are alike: a bit for each, or a
 * stretch for them and the way back to bits.
 */
export function mostBits(length: number): number {
  return Math.min(length, 8 * headerBytes(length) + openingBits + 1);
}

/** Appends a header; `length` is 1 or more. */
export function writeHeader(bytes: number[], kind: StretchKind, length: number): void {
  let rest = Math.floor((length - 1) / 32);
  bytes.push(kind + ((length - 1) % 32) * 4 + moreBit(rest));
  while (rest > 0) {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(low + moreBit(rest));
  }
}

/** The header that begins at `at`; undefined where there is none. */
export function readHeader(bytes: Uint8Array, at: number): StretchHeader | undefined {
  const first = bytes[at] ?? 3;
  const kind = kindOf(first % 4);
  if (kind === undefined) return undefined;
  let length = 1 + (Math.floor(first / 4) % 32);
  let end = at + 1;
  for (let unit = 32, byte = first; byte >= 128; unit *= 128, end++) {
    const next = bytes[end];
    if (next === undefined || end - at === maxHeaderBytes) return undefined;
    byte = next;
    length += (byte % 128) * unit;
  }
  return { kind, length, end };
}

function moreBit(rest: number): number {
  return rest > 0 ? 128 : 0;
}

function kindOf(number: number): StretchKind | undefined {
  return Object.values(stretchKinds).find((kind) => kind === number);
}
