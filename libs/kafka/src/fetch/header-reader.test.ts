import { expect, it } from 'vitest';
import { HeaderReader } from './header-reader.ts';
import { WireReader } from './wire-reader.ts';

type Header = readonly [name: string, value: string | null];

/** Lengths and counts below 64 are one byte, twice their value. */
function written(...headers: readonly Header[]): WireReader {
  const sized = (text: string | null) => (text === null ? [1] : [text.length * 2, ...Buffer.from(text)]);
  return new WireReader(Buffer.from([headers.length * 2, ...headers.flatMap((header) => header.flatMap(sized))]));
}

it('records that lie together have in common what they say alike', () => {
  const reader = new HeaderReader();
  const first = reader.read(written(['ce_type', 'Registered'], ['ce_id', '1']));
  const second = reader.read(written(['ce_type', 'Registered'], ['ce_id', '2']));
  expect(second['ce_type']).toBe(first['ce_type']);
  expect([first['ce_id'], second['ce_id']]).toEqual([Buffer.from('1'), Buffer.from('2')]);
});

const nothing = Buffer.alloc(0);

it('a header may be null, which is read as empty, be given again, and have a name that objects have', () => {
  const read = (...headers: readonly Header[]) => new HeaderReader().read(written(...headers));
  expect(read(['a', null])).toEqual({ a: Buffer.alloc(0) });
  expect(read(['a', ''], ['a', null], ['b', null])).toEqual({ a: [nothing, nothing], b: nothing });
  expect(read(['a', '1'], ['b', '2'], ['a', '3'], ['a', '4'])).toEqual({
    a: [Buffer.from('1'), Buffer.from('3'), Buffer.from('4')],
    b: Buffer.from('2'),
  });
  const odd = read(['constructor', '1'], ['__proto__', '2'], ['__proto__', '3']);
  expect(Object.entries(odd)).toEqual([
    ['constructor', Buffer.from('1')],
    ['__proto__', [Buffer.from('2'), Buffer.from('3')]],
  ]);
});
