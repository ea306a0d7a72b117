import { describe, expect, it } from 'vitest';
import { fingerprintOf } from './fingerprint.ts';

const bytes = (text: string) => Buffer.from(text);
const record = { timestampMs: 1_700_000_000_000, key: bytes('user-7'), value: bytes('{"a":1}') };

describe('the fingerprint of a record', () => {
  it('is the same for every read, on every machine and in every version', () => {
    expect(fingerprintOf({ ...record })).toBe('rI-V9T43yI0');
    expect(fingerprintOf({ timestampMs: 0, key: null, value: null })).toBe('u7rqBPEgBbU');
  });

  it.each([
    ['time', { timestampMs: 1_700_000_000_001 }],
    ['key', { key: bytes('user-8') }],
    ['value', { value: bytes('{"a":2}') }],
    ['absence of a key', { key: null }],
    ['absence of a value', { value: null }],
    ['empty key', { key: bytes('') }],
    ['empty value', { value: bytes('') }],
    ['border between key and value', { key: bytes('user-7{'), value: bytes('"a":1}') }],
    ['bytes that are no text', { value: Buffer.from([0xff, 0xfe]) }],
  ])('shows another %s', (_, change) => {
    expect(fingerprintOf({ ...record, ...change })).not.toBe(fingerprintOf(record));
  });

  it('tells an absent key and value from empty ones', () => {
    const [absent, empty] = [null, bytes('')];
    const prints = [absent, empty].flatMap((key) =>
      [absent, empty].map((value) => fingerprintOf({ ...record, key, value })),
    );
    expect(new Set(prints).size).toBe(4);
  });

  it('is 64 bits, as text that goes into a map', () => {
    expect(fingerprintOf(record)).toMatch(/^[\w-]{11}$/);
  });
});
