import type { KafkaRecord } from '@millrace/messaging';
import { expect, it } from 'vitest';
import { readOffsetCommit } from './offset-commits.ts';

const int16 = (value: number) => Buffer.from([value >> 8, value & 0xff]);
const int32 = (value: number) => Buffer.concat([int16(value >> 16), int16(value & 0xffff)]);
const int64 = (value: number) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
};
const text = (value: string) => Buffer.concat([int16(value.length), Buffer.from(value)]);
const compact = (value: string) => {
  const length = value.length + 1;
  const varint = length < 128 ? [length] : [(length & 0x7f) | 0x80, length >> 7];
  return Buffer.concat([Buffer.from(varint), Buffer.from(value)]);
};

const key = Buffer.concat([int16(1), text('group'), text('rows'), int32(5)]);

function record(value: Buffer | null, ofKey = key): KafkaRecord {
  return { topic: '__consumer_offsets', partition: 0, offset: 0, key: ofKey, value, headers: {}, timestampMs: 0 };
}

const head = (version: number) => Buffer.concat([int16(version), int64(42)]);
const long = `12/mr1.42.${'x'.repeat(200)}`;

it.each([
  [1, Buffer.concat([head(1), text('12/abc'), int64(1_700)]), 'abc'],
  [3, Buffer.concat([head(3), int32(7), text('12/abc'), int64(1_700)]), 'abc'],
  [4, Buffer.concat([head(4), int32(7), compact('12/abc'), int64(1_700)]), 'abc'],
  [4, Buffer.concat([head(4), int32(7), compact(long), int64(1_700)]), long.slice(3)],
])('reads a commit of version %i', (_, value, metadata) => {
  expect(readOffsetCommit(record(value), 'group')).toEqual({
    topic: 'rows',
    partition: 5,
    offset: 42,
    metadata,
    storedAt: 1_700,
  });
});

it('passes over what is of another group, deleted, or no commit', () => {
  const value = Buffer.concat([head(3), int32(7), text(''), int64(1_700)]);
  expect(readOffsetCommit(record(value), 'groups')).toBeUndefined();
  expect(readOffsetCommit(record(null), 'group')).toBeUndefined();
  const membership = Buffer.concat([int16(2), text('group')]);
  expect(readOffsetCommit(record(value, membership), 'group')).toBeUndefined();
});
