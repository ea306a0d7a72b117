import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { orderRecord, pass, runningConsumer } from './consumer.test-support.ts';
import type { OutgoingRecord } from '../ports/record.ts';
import { ServiceError } from '../errors/service-error.ts';

beforeEach(() => vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => vi.useRealTimers());

/** A consumer whose API rejects the first order, and whose dead letters are refused unless `takes` says otherwise. */
async function consumerRefused(takes: (letter: OutgoingRecord) => boolean) {
  const parts = await runningConsumer();
  const tried: OutgoingRecord[] = [];
  parts.producer.send = async ([letter]) => {
    if (!letter) return;
    tried.push(letter);
    if (!takes(letter)) throw new ServiceError('RECORD_REFUSED', 'too large');
    parts.producer.sent.push(letter);
  };
  parts.api.answer = ({ id, done, fail }) => {
    if (id === 'ann-1') fail(new ServiceError('API_REJECTED', 'answered 422'));
    else done();
  };
  const filler = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`filler-${n}`, 'x'.repeat(100)]));
  const first = orderRecord('ann', 1, { ...filler, traceparent: 'garbage', ce_subject: 's'.repeat(5_000) });
  parts.source.append(0, first, orderRecord('ann', 2));
  return { ...parts, tried, first };
}

describe('a dead letter that Kafka refuses', () => {
  it('is written compressed, and the next event of its key goes on', async () => {
    const { source, producer, api, first } = await consumerRefused(({ compression }) => compression === 'gzip');
    await pass(500);
    expect(producer.sent).toMatchObject([{ value: first.value, headers: first.headers }]);
    expect(api.ids).toEqual(['ann-1', 'ann-2']);
    expect(source.partition(0).committed?.offset).toBe(2);
  });

  it('is written without what makes it large, and says what that is and where it lies', async () => {
    const { source, producer, first } = await consumerRefused(({ value }) => value === null);
    await pass(500);
    expect(producer.sent).toHaveLength(1);
    const { key, value, headers } = producer.sent[0] as OutgoingRecord;
    expect([key, value]).toEqual([first.key, null]);
    expect(headers).toMatchObject({
      ce_id: 'ann-1',
      traceparent: 'garbage',
      millrace_dlq_code: 'API_REJECTED',
      millrace_dlq_topic: 'orders',
      millrace_dlq_partition: '0',
      millrace_dlq_offset: '0',
      millrace_dlq_left_out: `value of ${first.value?.length} bytes, 51 headers`,
    });
    expect(Object.keys(headers).filter((name) => name.startsWith('filler'))).toEqual([]);
    expect(source.partition(0).committed?.offset).toBe(2);
  });

  it('in any form stays pending, and is written whole once the topic takes it', async () => {
    let limit = 0;
    const { source, producer, tried, first, lines } = await consumerRefused(() => limit > 0);
    await pass(60_000);
    expect([producer.sent, source.commits]).toEqual([[], []]);
    expect(tried.slice(0, 4).map(({ value, compression }) => [value === null, compression])).toEqual([
      [false, undefined],
      [false, 'gzip'],
      [true, 'gzip'],
      [false, undefined],
    ]);
    expect(lines.filter(({ msg }) => msg === 'dead letter not written').length).toBeGreaterThan(1);
    limit = 1;
    await pass(60_000);
    expect(producer.sent).toMatchObject([{ value: first.value }]);
    expect(source.partition(0).committed?.offset).toBe(2);
  });
});
