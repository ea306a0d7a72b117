import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRanges } from './decode-ranges.ts';
import { encodeRanges } from './encode-ranges.ts';
import type { OffsetRange } from './offset-range.ts';
import { headerBytes } from './offset-stretch.ts';
import { rangesOf, randomBits } from './offset-range.test-support.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const range = (from: number, to: number): OffsetRange => ({ from, to });

/** What lies between ranges, and how long they are; long ones are as likely as short ones. */
const length = fc.oneof(
  fc.integer({ min: 1, max: 3 }),
  fc.integer({ min: 1, max: 200 }),
  fc.integer({ min: 1, max: 5_000_000 }),
);
const base = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2 ** 52 }));
const ranges = fc
  .tuple(base, fc.boolean(), fc.array(fc.tuple(length, length), { maxLength: 200 }))
  .map(([base, first, pairs]) => {
    let at = base;
    const ranges = pairs.map(([skipped, finished], index) => {
      const from = at + (first && index === 0 ? 0 : skipped);
      at = from + finished;
      return range(from, at);
    });
    return { base, ranges };
  });

describe('the code of finished ranges', () => {
  it('is empty when nothing is finished', () => {
    expect(encodeRanges(5, [])).toHaveLength(0);
  });

  it.each([
    ['a stuck record before three million', [range(101, 3_000_001)], '00edb2dc05'],
    ['a finished one at the base', [range(100, 101)], '01'],
    ['ranges that touch', [range(100, 103), range(103, 110), range(112, 115), range(115, 116)], '25040d'],
    ['few and far between', [range(200, 201), range(400, 500)], '8c030198068d03'],
    ['each second one', rangesOf(100, '0101010101010101'), '06aaaa'],
    ['bits whose last byte is filled up', rangesOf(100, '010101011'), '06aa01'],
    [
      'bits that take the beginning of a run along',
      [...rangesOf(100, '0101010101'), range(111, 3_000_000)],
      '06aafaadb2dc05',
    ],
  ])('is short for %s', (_, ranges, code) => {
    expect(hex(encodeRanges(100, ranges))).toBe(code);
  });

  it('can be read back', () => {
    fc.assert(
      fc.property(ranges, ({ base, ranges }) => {
        expect(decodeRanges(base, encodeRanges(base, ranges))).toEqual(ranges);
      }),
    );
  });

  it('can be read back where bits and runs take turns', () => {
    const part = fc.oneof(
      fc.nat({ max: 80 }).map((seed) => randomBits(seed + 1, { seed })),
      fc.integer({ min: 1, max: 400 }).map((length) => '1'.repeat(length)),
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 12 }), (parts) => {
        const ranges = rangesOf(7, parts.join(''));
        expect(decodeRanges(7, encodeRanges(7, ranges))).toEqual(ranges);
      }),
    );
  });

  it('is hardly longer than the same as runs alone, or as bits alone', () => {
    fc.assert(
      fc.property(ranges, ({ base, ranges }) => {
        const { asRuns, asBits } = plainLengths(base, ranges);
        expect(encodeRanges(base, ranges).length).toBeLessThanOrEqual(Math.min(asRuns, asBits) + 2);
      }),
    );
  });

  it('is shorter than either where both are needed', () => {
    const ranges = [range(1, 3_000_000), ...rangesOf(3_000_000, `0${randomBits(10_000, { seed: 1 })}`)];
    const { asRuns, asBits } = plainLengths(0, ranges);
    expect(Math.min(asRuns, asBits)).toBeGreaterThan(4_000);
    expect(encodeRanges(0, ranges).length).toBeLessThan(1_270);
  });
});

describe('a code that nobody wrote', () => {
  it.each([
    ['a stretch of unknown kind', '03'],
    ['a header that ends too early', '0081'],
    ['bits that end too early', '06aa'],
  ])('is refused: %s', (_, code) => {
    expect(decodeRanges(0, Buffer.from(code, 'hex'))).toBeUndefined();
  });

  it('is refused where it goes beyond the largest offset', () => {
    const one = Uint8Array.of(0x01);
    expect(decodeRanges(Number.MAX_SAFE_INTEGER - 1, one)).toEqual([
      range(Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER),
    ]);
    expect(decodeRanges(Number.MAX_SAFE_INTEGER, one)).toBeUndefined();
  });

  it('gives rising ranges, or nothing, and never fails', () => {
    fc.assert(
      fc.property(base, fc.uint8Array({ maxLength: 300 }), (base, code) => {
        let at = base - 1;
        for (const { from, to } of decodeRanges(base, code) ?? []) {
          expect(from).toBeGreaterThan(at);
          expect(to).toBeGreaterThan(from);
          at = to;
        }
        expect(at).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER);
      }),
    );
  });
});

function plainLengths(base: number, ranges: readonly OffsetRange[]) {
  let [at, asRuns] = [base, 0];
  for (const { from, to } of ranges) {
    if (from > at) asRuns += headerBytes(from - at);
    asRuns += headerBytes(to - from);
    at = to;
  }
  const bytes = Math.ceil((at - base) / 8);
  return { asRuns, asBits: bytes === 0 ? 0 : bytes + headerBytes(bytes) };
}
