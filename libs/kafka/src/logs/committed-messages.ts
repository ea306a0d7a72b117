import { abortedAmong } from '../fetch/aborted.ts';
import type { FetchedPartition } from '../fetch/fetch-answer.ts';
import type { FetchedMessage } from '../fetch/record-batches.ts';

/** The messages of an answer without those of aborted transactions, and without what ends transactions. */
export function committedMessages({
  messages,
  abortedTransactions,
}: Pick<FetchedPartition, 'messages' | 'abortedTransactions'>): FetchedMessage[] {
  const isAborted = abortedAmong(abortedTransactions);
  return messages.filter((message) => !isAborted(message) && !message.isControlRecord);
}
