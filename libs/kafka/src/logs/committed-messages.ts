import type { FetchedPartition } from '../fetch/fetch-answer.ts';
import type { FetchedMessage } from '../fetch/record-batches.ts';

/** Key of the record that ends an aborted transaction: version 0, type 0. https://kafka.apache.org/documentation/#controlbatch */
const abortMarker = Buffer.from([0, 0, 0, 0]);

/** The messages of an answer without those of aborted transactions, and without what ends transactions. */
export function committedMessages({
  messages,
  abortedTransactions,
}: Pick<FetchedPartition, 'messages' | 'abortedTransactions'>): FetchedMessage[] {
  const toCome = abortedTransactions.toSorted((a, b) => Number(a.firstOffset) - Number(b.firstOffset));
  const aborted = new Set<string>();
  return messages.filter(({ offset, key, isControlRecord, batchContext: { producerId, inTransaction } }) => {
    for (let [next] = toCome; next && Number(offset) >= Number(next.firstOffset); [next] = toCome) {
      aborted.add(next.producerId);
      toCome.shift();
    }
    if (!isControlRecord) return !(inTransaction && aborted.has(producerId));
    if (key?.equals(abortMarker)) aborted.delete(producerId);
    return false;
  });
}
