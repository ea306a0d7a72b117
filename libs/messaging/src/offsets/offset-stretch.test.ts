import { describe, expect, it } from 'vitest';
import { headerBytes, mostBits, readHeader, stretchKinds, writeHeader } from './offset-stretch.ts';

function written(kind: 0 | 1 | 2, length: number): number[] {
  const bytes: number[] = [];
  writeHeader(bytes, kind, length);
  return bytes;
}

const lengths = [
  1,
  2,
  31,
  32,
  33,
  4_096,
  4_097,
  524_288,
  524_289,
  3_000_000,
  2 ** 26 + 1,
  2 ** 33,
  Number.MAX_SAFE_INTEGER,
];

describe('the header of a stretch', () => {
  it.each([
    ['one unfinished offset', stretchKinds.unfinished, 1, [0x00]],
    ['two finished ones', stretchKinds.finished, 2, [0x05]],
    ['32 bytes of bits', stretchKinds.bits, 32, [0x7e]],
    ['33 finished offsets', stretchKinds.finished, 33, [0x81, 0x01]],
    ['4,096 unfinished offsets', stretchKinds.unfinished, 4_096, [0xfc, 0x7f]],
    ['4,097 unfinished offsets', stretchKinds.unfinished, 4_097, [0x80, 0x80, 0x01]],
    ['three million finished ones', stretchKinds.finished, 3_000_000, [0xfd, 0xb5, 0xdc, 0x05]],
  ] as const)('of %s is as documented', (_, kind, length, bytes) => {
    expect(written(kind, length)).toEqual(bytes);
  });

  it.each(lengths)('is read as it was written, whatever lies around it (length %i)', (length) => {
    for (const kind of Object.values(stretchKinds)) {
      const header = written(kind, length);
      expect(header).toHaveLength(headerBytes(length));
      const bytes = Uint8Array.from([0xff, ...header, 0xff]);
      expect(readHeader(bytes, 1)).toEqual({ kind, length, end: 1 + header.length });
    }
  });

  it('takes one byte up to 32, and one more for each 7 bits', () => {
    expect(lengths.map(headerBytes)).toEqual([1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 8]);
  });

  it('and what it stands for take no more bits than are reckoned with', () => {
    expect([1, 25, 26, 32, 33, 40, 41, 42, 4_096, 4_097].map(mostBits)).toEqual([
      1, 25, 25, 25, 33, 33, 33, 33, 33, 41,
    ]);
  });

  it.each(lengths.slice(4))('that ends too early is none (length %i)', (length) => {
    const bytes = Uint8Array.from(written(stretchKinds.finished, length).slice(0, -1));
    expect(readHeader(bytes, 0)).toBeUndefined();
  });

  it('is none at the end, of the kind that is not used, and beyond 8 bytes', () => {
    expect(readHeader(Uint8Array.of(), 0)).toBeUndefined();
    expect(readHeader(Uint8Array.of(0x03), 0)).toBeUndefined();
    const seven = Array.from({ length: 7 }, () => 0x80);
    expect(readHeader(Uint8Array.of(...seven, 0), 0)).toMatchObject({ length: 1, end: 8 });
    expect(readHeader(Uint8Array.of(...seven, 0x80, 0), 0)).toBeUndefined();
  });
});
