import { expect, it } from 'vitest';
import { detachRecord } from './detach-record.ts';
import type { KafkaRecord } from '../ports/record.ts';

const answer = Buffer.alloc(100_000);

/** Cuts a text out of the answer, as a client does. */
function cut(text: string): Buffer {
  const at = answer.indexOf(0);
  answer.write(text, at);
  return answer.subarray(at, at + Buffer.byteLength(text));
}

function recordOf(parts: Partial<KafkaRecord>): KafkaRecord {
  return { topic: 't', partition: 1, offset: 7, key: null, value: null, headers: {}, timestampMs: 5, ...parts };
}

/** What keeps an answer in memory. */
function buffersOf({ key, value, headers }: KafkaRecord): Set<number> {
  const all = [key, value, ...Object.values(headers).flat()];
  return new Set(all.filter((each) => Buffer.isBuffer(each)).map(({ buffer }) => buffer.byteLength));
}

it('says the same as before, out of a buffer of its own', () => {
  const headers = { one: cut('1'), text: 'a text', several: [cut('2'), 'two', cut('zwö')], none: undefined };
  const record = recordOf({ key: cut('key'), value: cut('{"a":1}'), headers });
  const before = structuredClone(record);
  detachRecord(record);
  expect(structuredClone(record)).toEqual(before);
  expect(record.headers['several']).toEqual([Buffer.from('2'), 'two', Buffer.from('zwö')]);
  expect(buffersOf(record)).toEqual(new Set([16]));
});

it.each([
  ['a key alone', recordOf({ key: cut('key') }), 3],
  ['an empty value', recordOf({ value: cut('').subarray(0, 0), key: cut('k') }), 1],
])('works for %s', (_what, record, bytes) => {
  detachRecord(record);
  expect(buffersOf(record)).toEqual(new Set([bytes]));
});

it('leaves alone what has no large buffer', () => {
  const value = Buffer.alloc(1_000, 'x');
  const record = recordOf({ value, key: null });
  detachRecord(record);
  expect(record.value).toBe(value);
  expect(() => detachRecord(Object.freeze(recordOf({})))).not.toThrow();
});
