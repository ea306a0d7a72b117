import { describe, expect, it } from 'vitest';
import { deadLetterHeaders, deadLetterOf, deadLetterTopicOf } from './dead-letter.ts';
import type { KafkaRecord } from '../ports/record.ts';
import { ServiceError } from '../errors/service-error.ts';

const record: KafkaRecord = {
  topic: 'orders',
  partition: 3,
  offset: 1_234,
  key: Buffer.from([0xff, 0x00]),
  value: Buffer.from([0xc3, 0x28]),
  headers: { traceparent: '00-aa-bb-01', several: ['one', Buffer.from('two')], absent: undefined },
  timestampMs: 0,
};
const firstAt = new Date('2026-01-02T03:04:05.006Z');
const lastAt = new Date('2026-01-02T04:04:05.006Z');
const failure = new ServiceError('API_REJECTED', 'POST /invoices answered 422', { status: 422 });

describe('a dead letter', () => {
  it('goes to the topic of its group', () => {
    expect(deadLetterTopicOf('orders', 'billing')).toBe('orders.billing.dlq');
    expect(deadLetterOf(record, 'billing', { failure, attempts: 1, firstAt, lastAt }).topic).toBe('orders.billing.dlq');
  });

  it('has the very bytes and headers of the record', () => {
    const letter = deadLetterOf(record, 'billing', { failure, attempts: 1, firstAt, lastAt });
    expect(letter.key).toBe(record.key);
    expect(letter.value).toBe(record.value);
    expect(letter.headers).toMatchObject(record.headers);
  });

  it('says why, when and where', () => {
    const { headers } = deadLetterOf(record, 'billing', { failure, attempts: 7, firstAt, lastAt });
    expect(headers).toMatchObject({
      millrace_dlq_code: 'API_REJECTED',
      millrace_dlq_message: 'POST /invoices answered 422',
      millrace_dlq_status: '422',
      millrace_dlq_attempts: '7',
      millrace_dlq_first_at: '2026-01-02T03:04:05.006Z',
      millrace_dlq_last_at: '2026-01-02T04:04:05.006Z',
      millrace_dlq_topic: 'orders',
      millrace_dlq_partition: '3',
      millrace_dlq_offset: '1234',
    });
  });

  it('has the headers that its schema lists, and no other beside those of the record', () => {
    const reason = { failure, attempts: 1, firstAt, lastAt, keyTtlMs: 1_000, heardTypes: ['OrderPlaced'] };
    const { headers } = deadLetterOf({ ...record, headers: {} }, 'g', reason);
    expect(deadLetterHeaders.parse(headers)).toEqual(headers);
    const ofAbridged = ['millrace_dlq_left_out'];
    const ofReplays = ['millrace_dlq_replays', 'millrace_dlq_replay_of', 'millrace_dlq_history'];
    expect([...Object.keys(headers), ...ofAbridged, ...ofReplays]).toEqual(Object.keys(deadLetterHeaders.shape));
  });

  it('names no status where no API answered', () => {
    const invalid = new ServiceError('INVALID_EVENT', 'no valid OrderPlaced');
    const { headers } = deadLetterOf(record, 'billing', { failure: invalid, attempts: 0, firstAt, lastAt });
    expect(headers).not.toHaveProperty('millrace_dlq_status');
  });

  it('says until when the API knows the key of its calls, and nothing of it where none was made', () => {
    const expiry = (attempts: number, keyTtlMs: number | undefined, headers = {}) =>
      deadLetterOf({ ...record, headers }, 'g', { failure, attempts, firstAt, lastAt, keyTtlMs }).headers
        .millrace_dlq_key_expires_at;
    expect(expiry(2, 60_000)).toBe('2026-01-02T03:05:05.006Z');
    expect(expiry(0, 60_000)).toBeUndefined();
    expect(expiry(2, undefined)).toBeUndefined();
  });

  it('counts the life of a key from the first call before a replay, unless that was over', () => {
    const expiry = (earlier: string) =>
      deadLetterOf({ ...record, headers: { millrace_dlq_key_expires_at: earlier } }, 'g', {
        failure,
        attempts: 1,
        firstAt,
        lastAt,
        keyTtlMs: 60_000,
      }).headers.millrace_dlq_key_expires_at;
    expect(expiry('2026-01-02T03:04:30.000Z')).toBe('2026-01-02T03:04:30.000Z');
    expect(expiry('2026-01-02T03:04:00.000Z')).toBe('2026-01-02T03:05:05.006Z');
  });

  it('keeps how often the record was replayed, and why it was given up on before', () => {
    const headers = {
      millrace_dlq_replays: '2',
      millrace_dlq_history: '[]',
      millrace_dlq_replay_of: 'orders.g.dlq/1/2',
    };
    const letter = deadLetterOf({ ...record, headers }, 'g', { failure, attempts: 1, firstAt, lastAt });
    expect(letter.headers).toMatchObject(headers);
  });

  it('carries a null key and a null value on', () => {
    const letter = deadLetterOf({ ...record, key: null, value: null }, 'g', { failure, attempts: 1, firstAt, lastAt });
    expect(letter).toMatchObject({ key: null, value: null });
  });
});
