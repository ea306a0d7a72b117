import { abortedAmong } from '../fetch/aborted.ts';
import type { FetchedPartition } from '../fetch/fetch-answer.ts';
import type { FetchedBatch } from '../fetch/record-batches.ts';

/** The batches of an answer without those of aborted transactions, and without what ends transactions. */
export function committedBatches({
  messages,
  abortedTransactions,
}: Pick<FetchedPartition, 'messages' | 'abortedTransactions'>): FetchedBatch[] {
  const isAborted = abortedAmong(abortedTransactions);
  return messages.filter((batch) => !isAborted(batch) && !batch.isControlRecord);
}
