import type { RecordHeaders } from '@millrace/messaging';
import { expect, it } from 'vitest';
import { HeaderReader } from './header-reader.ts';
import { WireReader } from './wire-reader.ts';

type Header = readonly [name: string, value: string | null];

/** Reads the headers of each record. Lengths and counts below 64 are one byte, twice their value. */
function read(...records: readonly (readonly Header[])[]): RecordHeaders[] {
  const sized = (text: string | null) => (text === null ? [1] : [Buffer.byteLength(text) * 2, ...Buffer.from(text)]);
  const bytes = records.flatMap((headers) => [
    headers.length * 2,
    ...headers.flatMap((header) => header.flatMap(sized)),
  ]);
  const reader = new HeaderReader(new WireReader(Buffer.from(bytes)));
  return records.map(() => reader.read());
}

it('records that lie together have in common what they say alike', () => {
  const [first, second, third] = read(
    [
      ['ce_type', 'Zugehört'],
      ['ce_id', '1'],
    ],
    [
      ['ce_type', 'Zugehört'],
      ['ce_id', '2'],
    ],
    [
      ['ce_type', 'Zugehört '],
      ['ce_idx', '2'],
    ],
  );
  expect(second?.['ce_type']).toBe(first?.['ce_type']);
  expect(first).toEqual({ ce_type: Buffer.from('Zugehört'), ce_id: '1' });
  expect(second).toEqual({ ce_type: Buffer.from('Zugehört'), ce_id: '2' });
  expect(third).toEqual({ ce_type: Buffer.from('Zugehört '), ce_idx: '2' });
});

it('what is not text in ASCII stays the bytes that it is', () => {
  const [long, bytes] = ['a'.repeat(257), Buffer.from([0x61, 0x80])];
  const sized = [0x82, 0x04, ...Buffer.from(long)];
  const record = Buffer.from([6, 2, 0x61, ...sized, 2, 0x62, 4, ...bytes, 2, 0x63, 4, 0, 0x7f]);
  const headers = new HeaderReader(new WireReader(record)).read();
  expect(headers).toEqual({ a: Buffer.from(long), b: bytes, c: '\0\x7f' });
});

it('a header may be null, which is read as empty, be given again, and have a name that objects have', () => {
  expect(read([['a', null]])).toEqual([{ a: '' }]);
  expect(
    read([
      ['a', ''],
      ['a', null],
      ['b', null],
    ]),
  ).toEqual([{ a: ['', ''], b: '' }]);
  expect(
    read([
      ['a', '1'],
      ['b', '2'],
      ['a', '3'],
      ['a', '4'],
    ]),
  ).toEqual([{ a: ['1', '3', '4'], b: '2' }]);
  const [odd = {}] = read([
    ['constructor', '1'],
    ['__proto__', '2'],
    ['__proto__', '3'],
  ]);
  expect(Object.entries(odd)).toEqual([
    ['constructor', '1'],
    ['__proto__', ['2', '3']],
  ]);
});
