import { expect, it } from 'vitest';
import type { KafkaRecord } from '../ports/record.ts';
import { recordBytes } from './record-bytes.ts';

const empty: KafkaRecord = { topic: 't', partition: 0, offset: 0, key: null, value: null, headers: {}, timestampMs: 0 };

it('a record weighs its key, its value and its headers, whatever form they have', () => {
  const headers = { a: 'xy', b: Buffer.alloc(10), c: ['1', Buffer.alloc(20)], d: undefined };
  const record = { ...empty, key: Buffer.alloc(100), value: Buffer.alloc(1_000), headers };
  expect(recordBytes(record) - recordBytes(empty)).toBe(100 + 1_000 + (1 + 2) + (1 + 10) + (1 + 21) + 1);
});

it('an empty record weighs something, too', () => {
  expect(recordBytes(empty)).toBeGreaterThan(0);
});
