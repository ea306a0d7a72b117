import { expect, it } from 'vitest';
import type { FetchedMessage } from '../fetch/record-batches.ts';
import { committedMessages } from './committed-messages.ts';

const [abort, commit] = [Buffer.from([0, 0, 0, 0]), Buffer.from([0, 0, 0, 1])];

interface Part {
  readonly inTransaction?: boolean;
  readonly marker?: Buffer;
}

function message(offset: number, producerId: string, { inTransaction = true, marker }: Part = {}): FetchedMessage {
  return {
    offset: `${offset}`,
    key: marker ?? null,
    value: null,
    timestamp: '0',
    attributes: 0,
    headers: {},
    isControlRecord: marker !== undefined,
    batchContext: { producerId, inTransaction },
  };
}

const offsetsOf = (messages: readonly FetchedMessage[]) => messages.map(({ offset }) => Number(offset));

it('leaves out what was aborted, to the end of its transaction, and what ends transactions', () => {
  const messages = [
    message(0, '7'),
    message(1, '8'),
    message(2, '7'),
    message(3, '7', { marker: abort }),
    message(4, '7'),
    message(5, '9', { inTransaction: false }),
    message(6, '8', { marker: commit }),
    message(7, '7', { marker: commit }),
  ];
  const abortedTransactions = [{ producerId: '7', firstOffset: '0' }];
  expect(offsetsOf(committedMessages({ messages, abortedTransactions }))).toEqual([1, 4, 5]);
});

it('knows several aborted transactions, of one producer, too, in whatever order they are named', () => {
  const messages = [
    message(0, '7'),
    message(1, '7', { marker: abort }),
    message(2, '7'),
    message(3, '7', { marker: commit }),
    message(4, '8'),
    message(5, '7'),
    message(6, '7', { marker: abort }),
    message(7, '8', { marker: abort }),
  ];
  const abortedTransactions = [
    { producerId: '7', firstOffset: '5' },
    { producerId: '8', firstOffset: '4' },
    { producerId: '7', firstOffset: '0' },
  ];
  expect(offsetsOf(committedMessages({ messages, abortedTransactions }))).toEqual([2]);
});

it('keeps what the same producer wrote outside of a transaction', () => {
  const messages = [message(0, '7', { inTransaction: false })];
  expect(
    offsetsOf(committedMessages({ messages, abortedTransactions: [{ producerId: '7', firstOffset: '0' }] })),
  ).toEqual([0]);
});
