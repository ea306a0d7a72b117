import { expect, it } from 'vitest';
import type { FetchedBatch } from '../fetch/record-batches.ts';
import { committedBatches } from './committed-batches.ts';

const [abort, commit] = [Buffer.from([0, 0, 0, 0]), Buffer.from([0, 0, 0, 1])];

interface Part {
  readonly inTransaction?: boolean;
  readonly marker?: Buffer;
}

/** Of a single record. */
function batch(offset: number, producerId: string, { inTransaction = true, marker }: Part = {}): FetchedBatch {
  return {
    offset: `${offset}`,
    firstOffset: offset,
    key: marker ?? null,
    records: [],
    isControlRecord: marker !== undefined,
    batchContext: { producerId, inTransaction },
  };
}

const offsetsOf = (batches: readonly FetchedBatch[]) => batches.map(({ offset }) => Number(offset));

it('leaves out what was aborted, to the end of its transaction, and what ends transactions', () => {
  const messages = [
    batch(0, '7'),
    batch(1, '8'),
    batch(2, '7'),
    batch(3, '7', { marker: abort }),
    batch(4, '7'),
    batch(5, '9', { inTransaction: false }),
    batch(6, '8', { marker: commit }),
    batch(7, '7', { marker: commit }),
  ];
  const abortedTransactions = [{ producerId: '7', firstOffset: '0' }];
  expect(offsetsOf(committedBatches({ messages, abortedTransactions }))).toEqual([1, 4, 5]);
});

it('knows several aborted transactions, of one producer, too, in whatever order they are named', () => {
  const messages = [
    batch(0, '7'),
    batch(1, '7', { marker: abort }),
    batch(2, '7'),
    batch(3, '7', { marker: commit }),
    batch(4, '8'),
    batch(5, '7'),
    batch(6, '7', { marker: abort }),
    batch(7, '8', { marker: abort }),
  ];
  const abortedTransactions = [
    { producerId: '7', firstOffset: '5' },
    { producerId: '8', firstOffset: '4' },
    { producerId: '7', firstOffset: '0' },
  ];
  expect(offsetsOf(committedBatches({ messages, abortedTransactions }))).toEqual([2]);
});

it('keeps what the same producer wrote outside of a transaction', () => {
  const messages = [batch(0, '7', { inTransaction: false })];
  expect(
    offsetsOf(committedBatches({ messages, abortedTransactions: [{ producerId: '7', firstOffset: '0' }] })),
  ).toEqual([0]);
});
