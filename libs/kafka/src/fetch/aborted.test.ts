import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { hideAborted } from './aborted.ts';
import type { FetchAnswer, FetchedPartition } from './fetch-answer.ts';
import type { FetchedBatch } from './record-batches.ts';

/** What kafkajs makes of an answer; not among its exports. */
const Batch = createRequire(import.meta.url)('kafkajs/src/consumer/batch.js') as new (
  topic: string,
  fetchedOffset: string,
  partition: FetchedPartition,
) => {
  readonly messages: readonly FetchedBatch[];
  firstOffset(): string;
  lastOffset(): string;
  isEmptyDueToFiltering(): boolean;
};

const [abort, commit] = [Buffer.from([0, 0, 0, 0]), Buffer.from([0, 0, 0, 1])];

/** Up to and including `offset`; by itself of one record. */
function batch(offset: number, producerId: string, marker?: Buffer, firstOffset = offset): FetchedBatch {
  const batchContext = { producerId, inTransaction: true };
  const isControlRecord = marker !== undefined;
  return { offset: `${offset}`, firstOffset, key: marker ?? null, isControlRecord, batchContext, records: [] };
}

type Aborted = readonly (readonly [producerId: string, firstOffset: number])[];

function answerOf(messages: readonly FetchedBatch[], aborted: Aborted): FetchAnswer {
  const abortedTransactions = aborted.map(([producerId, firstOffset]) => ({
    producerId,
    firstOffset: `${firstOffset}`,
  }));
  const offsets = { highWatermark: '100', lastStableOffset: '100', lastStartOffset: '0' };
  const partition = { partition: 0, errorCode: 0, ...offsets, abortedTransactions, preferredReadReplica: -1, messages };
  const responses = [{ topicName: 't', partitions: [partition] }];
  return { throttleTime: 0, clientSideThrottleTime: 0, errorCode: 0, sessionId: 0, responses };
}

/** What a consumer gets to see of an answer to a fetch from there. */
function batchOf(messages: readonly FetchedBatch[], aborted: Aborted, from = 0) {
  const [partition] = hideAborted(answerOf(messages, aborted)).responses[0]!.partitions;
  return new Batch('t', `${from}`, partition!);
}

const seen = (...args: Parameters<typeof batchOf>) => batchOf(...args).messages.map(({ offset }) => Number(offset));

it('hides transactions that overlap and end in another order than they began in', () => {
  const messages = [
    batch(0, '7'),
    batch(1, '8'),
    batch(2, '7'),
    batch(3, '8', abort),
    batch(4, '7', abort),
    batch(5, '7'),
    batch(6, '7', commit),
  ];
  // brokers name them in the order of their ends
  expect(
    seen(messages, [
      ['8', 1],
      ['7', 0],
    ]),
  ).toEqual([5]);
});

it('hides what is left of several transactions that began before the fetch', () => {
  const messages = [batch(5, '8'), batch(6, '7'), batch(7, '7', abort), batch(8, '8', abort), batch(9, '8')];
  expect(
    seen(
      messages,
      [
        ['7', 0],
        ['8', 1],
      ],
      5,
    ),
  ).toEqual([9]);
});

it('lets a consumer step over an answer in which all is aborted', () => {
  const seenOf = batchOf([batch(4, '7', undefined, 0), batch(5, '7')], [['7', 0]]);
  expect([seenOf.messages, seenOf.isEmptyDueToFiltering()]).toEqual([[], true]);
  expect([seenOf.firstOffset(), seenOf.lastOffset()]).toEqual(['0', '5']);
});

it('leaves an answer without aborted transactions as it is', () => {
  const answer = answerOf([batch(0, '7'), batch(1, '7', commit)], []);
  expect(hideAborted(answer)).toEqual(answer);
});
