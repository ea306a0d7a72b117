import { crc32, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeOffsetMap, encodeOffsetMap, maxMapLength } from './offset-map.ts';
import type { OffsetRange } from './offset-range.ts';
import { randomBits, rangesOf } from './offset-range.test-support.ts';

const log = 'Lg_-0z';
const fingerprint = 'k3J9abcd_-0';
const mapOf = (base: number, finished: readonly OffsetRange[]) => ({ base, log, fingerprint, finished });
const stuck = mapOf(4_711, [{ from: 4_712, to: 3_004_712 }]);

/** What anyone could make who knows the format: the checksum is right. */
function signed(text: string): string {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(text));
  return text + checksum.toString('base64url');
}

const lengths = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 1_000_000 }));
const maps = fc
  .record({
    base: fc.oneof(fc.nat(), fc.integer({ min: 0, max: 2 ** 52 })),
    log: fc.stringMatching(/^[\w-]{6}$/),
    fingerprint: fc.stringMatching(/^[\w-]{11}$/),
    pairs: fc.array(fc.tuple(lengths, lengths), { maxLength: 400 }),
  })
  .map(({ base, log, fingerprint, pairs }) => {
    let at = base;
    const finished = pairs.map(([skipped, length]) => {
      const from = at + skipped;
      at = from + length;
      return { from, to: at };
    });
    return { base, log, fingerprint, finished };
  });

describe('the offset map as text', () => {
  it('is as documented', () => {
    expect(encodeOffsetMap(stuck)).toBe(signed('mr1.4711.Lg_-0z.k3J9abcd_-0.rAP213AU.'));
    expect(encodeOffsetMap(mapOf(0, []))).toBe(signed('mr1.0.Lg_-0z.k3J9abcd_-0..'));
  });

  it('can be read back', () => {
    fc.assert(
      fc.property(maps, (map) => {
        expect(decodeOffsetMap(encodeOffsetMap(map))).toEqual(map);
      }),
    );
  });

  it.each([
    ['nothing but the first record', [], 33],
    ['a record stuck before three million', [{ from: 1, to: 3_000_000 }], 40],
    ['10,000 records at random', rangesOf(1, randomBits(10_000, { seed: 1 })), 1_707],
    ['both of them', [{ from: 1, to: 3_000_000 }, ...rangesOf(3_000_001, randomBits(10_000, { seed: 1 }))], 1_715],
    ['256 in flight among 1,000', rangesOf(1, randomBits(1_000, { seed: 1, ones: 0.744 })), 207],
    ['the most that fits, at random', rangesOf(1, randomBits(24_000, { seed: 1 })), 4_045],
  ])('is short for %s', (_, finished, length) => {
    const text = encodeOffsetMap(mapOf(0, finished));
    expect(text.length).toBeLessThanOrEqual(length);
    expect(decodeOffsetMap(text)).toEqual(mapOf(0, finished));
  });

  it('is deflated where that makes it shorter', () => {
    const finished = rangesOf(1, '100'.repeat(2_000));
    const text = encodeOffsetMap(mapOf(0, finished));
    expect(text).toMatch(/^mr1\.0\.Lg_-0z\.k3J9abcd_-0\.z/);
    expect(text.length).toBeLessThan(100);
    expect(decodeOffsetMap(text)).toEqual(mapOf(0, finished));
  });

  it('is not deflated where it is short anyway', () => {
    const regular = (bytes: number) => encodeOffsetMap(mapOf(0, rangesOf(0, '10'.repeat(4 * (bytes - 2)))));
    expect(regular(63)).toMatch(/\.r[\w-]+\.[\w-]{6}$/);
    expect(regular(64)).toMatch(/\.z[\w-]+\.[\w-]{6}$/);
  });
});

describe('a map too long for its place', () => {
  const random = rangesOf(1, randomBits(30_000, { seed: 1 }));

  it('says less: nothing that is not so, and nearly as much as fits', () => {
    const text = encodeOffsetMap(mapOf(0, random));
    expect(text.length).toBeLessThanOrEqual(maxMapLength);
    expect(text.length).toBeGreaterThan(3_900);
    const { finished } = decodeOffsetMap(text) as typeof stuck;
    expect(finished).toEqual(random.slice(0, finished.length));
    expect(finished.length).toBeGreaterThan(5_500);
  });

  it('is cut beyond 4,088 characters and not before', () => {
    const long = (count: number) => mapOf(0, rangesOf(0, randomBits(count, { seed: 2 })));
    const [longest, tooLong] = [long(24_312), long(24_313)];
    expect(encodeOffsetMap(longest)).toHaveLength(maxMapLength);
    expect(decodeOffsetMap(encodeOffsetMap(longest))).toEqual(longest);
    const { finished } = decodeOffsetMap(encodeOffsetMap(tooLong)) as typeof stuck;
    expect(finished).toEqual(tooLong.finished.slice(0, finished.length));
    expect(finished.length).toBeLessThan(tooLong.finished.length);
  });

  it('is never longer, whatever it is to say', () => {
    const long = fc.array(fc.tuple(lengths, lengths), { minLength: 2_000, maxLength: 3_000 });
    fc.assert(
      fc.property(long, (pairs) => {
        let at = 0;
        const finished = pairs.map(([skipped, length]) => ({ from: at + skipped, to: (at += skipped + length) }));
        const text = encodeOffsetMap(mapOf(0, finished));
        expect(text.length).toBeLessThanOrEqual(maxMapLength);
        const read = decodeOffsetMap(text) as typeof stuck;
        expect(read.finished.length).toBeGreaterThan(0);
        expect(read.finished).toEqual(finished.slice(0, read.finished.length));
      }),
      { numRuns: 10 },
    );
  });

  it('is cut, too, where it would be short but unpacks to more than a reader takes', () => {
    let at = 0;
    const next = (skipped: number, length: number) => ({ from: at + skipped, to: (at += skipped + length) });
    const sixBytesEach = Array.from({ length: 10_922 }, () => next(5_000, 5_000));
    const longest = mapOf(0, [...sixBytesEach, next(100, 100)]);
    expect(decodeOffsetMap(encodeOffsetMap(longest))).toEqual(longest);
    const tooLong = mapOf(0, [...longest.finished, next(1, 1)]);
    expect(decodeOffsetMap(encodeOffsetMap(tooLong))).toEqual(longest);
  });
});

describe('a text that is no map of this version', () => {
  it.each([
    '',
    ' ',
    'NO_METADATA',
    'mr',
    'mr1',
    'mr.1',
    'mr0.1',
    'mr01.',
    'mra.',
    ' mr1.0',
    'MR1.',
    '{"v":1}',
    '\u0000',
  ])('is foreign: %j', (text) => {
    expect(decodeOffsetMap(text)).toBe('foreign');
  });

  it.each(['mr2.', 'mr2.anything', 'mr10.4711', `mr${'9'.repeat(400)}.`])('is of a newer version: %.20s', (text) => {
    expect(decodeOffsetMap(text)).toBe('newer');
  });

  it.each([
    ['a version alone', 'mr1.'],
    ['a negative base', signed(`mr1.-1.${log}.${fingerprint}..`)],
    ['a base that begins with 0', signed(`mr1.007.${log}.${fingerprint}..`)],
    ['a base beyond 2^53', signed(`mr1.9007199254740992.${log}.${fingerprint}..`)],
    ['a base far beyond', signed(`mr1.${'9'.repeat(400)}.${log}.${fingerprint}..`)],
    ['a short fingerprint', signed(`mr1.1.${log}.abc..`)],
    ['no name of a log', signed(`mr1.1..${fingerprint}..`)],
    ['a long fingerprint', signed(`mr1.1.${log}.${fingerprint}0..`)],
    ['a body of no kind', signed(`mr1.1.${log}.${fingerprint}.q00.`)],
    ['a body without its kind', signed(`mr1.1.${log}.${fingerprint}.0.`)],
    ['a body that is no code', signed(`mr1.1.${log}.${fingerprint}.rAw.`)],
    ['a body that inflates to nothing', signed(`mr1.1.${log}.${fingerprint}.zAAAA.`)],
    ['a body that goes beyond 2^53', signed(`mr1.9007199254740991.${log}.${fingerprint}.rAQ.`)],
    ['no checksum', `mr1.1.${log}.${fingerprint}..`],
    ['the checksum of another', `${signed(`mr1.1.${log}.${fingerprint}..`).slice(0, -6)}AAAAAA`],
  ])('is damaged: %s', (_, text) => {
    expect(decodeOffsetMap(text)).toBe('damaged');
  });

  it('is damaged when anything stands before or behind it', () => {
    const text = encodeOffsetMap(stuck);
    for (const rest of ['.', '\n', 'A']) expect(decodeOffsetMap(text + rest)).toBe('damaged');
    expect(decodeOffsetMap(`mr1.${text}`)).toBe('damaged');
  });

  it('may end at the largest offset', () => {
    const text = signed(`mr1.9007199254740990.${log}.${fingerprint}.rAQ.`);
    expect(decodeOffsetMap(text)).toMatchObject({ finished: [{ to: Number.MAX_SAFE_INTEGER }] });
    expect(decodeOffsetMap(signed(`mr1.9007199254740991.${log}.${fingerprint}..`))).toMatchObject({ finished: [] });
  });

  it('is damaged when it would unpack to more than any map does', () => {
    const packed = (bytes: number) =>
      signed(`mr1.0.${log}.${fingerprint}.z${deflateRawSync(Buffer.alloc(bytes)).toString('base64url')}.`);
    expect(decodeOffsetMap(packed(65_536))).toMatchObject({ finished: [] });
    expect(decodeOffsetMap(packed(65_537))).toBe('damaged');
    expect(decodeOffsetMap(packed(8 * 1024 * 1024))).toBe('damaged');
  });

  it('is never believed after any one character has changed, or the end was lost', () => {
    const texts = [stuck, mapOf(0, []), mapOf(9, rangesOf(10, randomBits(900, { seed: 3, ones: 0.95 })))].map(
      encodeOffsetMap,
    );
    for (const text of texts) {
      for (let at = 0; at < text.length; at++) {
        expect(decodeOffsetMap(text.slice(0, at))).toEqual(expect.any(String));
        for (const wrong of ['0', 'A', '_', '.', 'z', 'é']) {
          if (text[at] === wrong) continue;
          expect(decodeOffsetMap(text.slice(0, at) + wrong + text.slice(at + 1))).toEqual(expect.any(String));
        }
      }
    }
  });

  it('is told from a map without ever failing', () => {
    const garbled = maps.chain((map) => {
      const text = encodeOffsetMap(map);
      return fc.tuple(fc.nat({ max: text.length }), fc.string()).map(([at, rest]) => text.slice(0, at) + rest);
    });
    const body = fc.uint8Array({ maxLength: 100 }).map((bytes) => Buffer.from(bytes).toString('base64url'));
    const wellSigned = fc
      .tuple(fc.constantFrom('r', 'z'), body)
      .map(([kind, text]) => signed(`mr1.0.${log}.${fingerprint}.${kind}${text}.`));
    fc.assert(
      fc.property(fc.oneof(fc.string(), garbled, wellSigned), (text) => {
        expect(['string', 'object']).toContain(typeof decodeOffsetMap(text));
      }),
      { numRuns: 500 },
    );
  });
});
