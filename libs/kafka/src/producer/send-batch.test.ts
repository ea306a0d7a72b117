import type { OutgoingRecord } from '@millrace/messaging';
import { describe, expect, it } from 'vitest';
import { PendingSend } from './pending-send.ts';
import { maxBatchBytes, nextBatch } from './send-batch.ts';

function records(count: number, bytes = 100): OutgoingRecord[] {
  return Array.from({ length: count }, () => ({ topic: 't', key: null, value: Buffer.alloc(bytes), headers: {} }));
}

const sizes = (queue: readonly PendingSend[]) => nextBatch(queue).map((part) => part.records.length);

describe('the next batch', () => {
  it('holds all calls that wait, in their order', () => {
    const queue = [new PendingSend(records(2)), new PendingSend(records(3)), new PendingSend(records(1))];
    expect(nextBatch(queue).map(({ send }) => send)).toEqual(queue);
    expect(sizes(queue)).toEqual([2, 3, 1]);
    expect(nextBatch([])).toEqual([]);
  });

  it('ends before the first call that does not fit, whatever comes after it', () => {
    const large = new PendingSend(records(1, maxBatchBytes));
    expect(sizes([new PendingSend(records(2)), large, new PendingSend(records(1))])).toEqual([2]);
  });

  it('takes part of a call that is too large, and nothing else with it', () => {
    const half = maxBatchBytes / 2 - 100;
    const call = new PendingSend(records(5, half));
    expect(sizes([call, new PendingSend(records(1))])).toEqual([2]);
    call.acknowledge(4);
    expect(sizes([call, new PendingSend(records(1))])).toEqual([1, 1]);
  });

  it('takes a record that is too large by itself, for Kafka to refuse', () => {
    expect(sizes([new PendingSend(records(3, 2 * maxBatchBytes))])).toEqual([1]);
  });

  it('counts headers and keys', () => {
    const record = { topic: 't', key: Buffer.alloc(10), value: null, headers: { a: ['x'.repeat(maxBatchBytes)] } };
    expect(sizes([new PendingSend([record, record])])).toEqual([1]);
  });

  it('keeps apart the calls that are to be sent alone', () => {
    const alone = new PendingSend(records(1));
    alone.alone = true;
    const other = new PendingSend(records(1));
    expect(sizes([alone, other])).toEqual([1]);
    expect(sizes([other, alone])).toEqual([1]);
  });
});
