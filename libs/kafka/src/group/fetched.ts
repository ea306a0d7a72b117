import type { Fetched } from '@millrace/messaging/membership';
import type { Batch, ConsumerStartBatchProcessEvent } from 'kafkajs';
import { type FetchedBatch, recordsOf } from '../fetch/record-batches.ts';

/** A batch as kafkajs hands it over; it tells from where it fetched, though its types do not. */
export function fetchedOf(batch: Batch & { readonly fetchedOffset?: string }): Fetched {
  return {
    topic: batch.topic,
    partition: batch.partition,
    fetchedFrom: batch.fetchedOffset === undefined ? undefined : Number(batch.fetchedOffset),
    firstOffset: Number(batch.firstOffset() ?? batch.lastOffset()),
    lastOffset: Number(batch.lastOffset()),
    endOffset: Number(batch.highWatermark),
    records: recordsOf(batch.messages as readonly unknown[] as readonly FetchedBatch[]),
  };
}

/** A batch of which nothing can be seen (aborted, control records): it never comes to `eachBatch`, but moves the position. */
export function fetchedUnseen(payload: ConsumerStartBatchProcessEvent['payload']): Fetched {
  const first: string | null = payload.firstOffset;
  return {
    topic: payload.topic,
    partition: payload.partition,
    fetchedFrom: undefined,
    firstOffset: Number(first ?? payload.lastOffset),
    lastOffset: Number(payload.lastOffset),
    endOffset: Number(payload.highWatermark),
    records: [],
  };
}
