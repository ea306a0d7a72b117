import { decodeEvent } from '@millrace/messaging';
import { expect, it } from 'vitest';
import { sampleData } from './sample-data.ts';
import { sampleEvent, sampleRecord } from './sample-record.ts';

it.each([100, 180, 100_000])('a value is %i bytes long', (valueBytes) => {
  expect(Buffer.byteLength(JSON.stringify(sampleData({ key: 1_234_567, valueBytes })))).toBe(valueBytes);
});

it('a record is an event that a consumer of Millrace reads', () => {
  const { key, value, headers } = sampleRecord({ key: 7, sequence: 3 }, 180);
  const read = decodeEvent(sampleEvent('samples'), {
    topic: 'samples',
    partition: 0,
    offset: 0,
    timestampMs: 0,
    key: Buffer.from(key),
    value: Buffer.from(value),
    headers,
  });
  expect(read).toMatchObject({ id: 'k7~3', subject: 'k7', data: { user: 7 } });
  expect(JSON.stringify(read.data)).toBe(value);
});
