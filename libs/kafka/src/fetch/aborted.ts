import type { FetchAnswer, FetchedPartition } from './fetch-answer.ts';
import type { FetchedBatch } from './record-batches.ts';

/** Key of the record that ends an aborted transaction: version 0, type 0. https://kafka.apache.org/documentation/#controlbatch */
const abortMarker = Buffer.from([0, 0, 0, 0]);

type AskedBatch = Pick<FetchedBatch, 'offset' | 'key' | 'isControlRecord' | 'batchContext'>;

/** Says of each batch of an answer, asked in their order, whether it is of an aborted transaction. */
export function abortedAmong(
  abortedTransactions: FetchedPartition['abortedTransactions'],
): (batch: AskedBatch) => boolean {
  const toCome = abortedTransactions.toSorted((a, b) => Number(a.firstOffset) - Number(b.firstOffset));
  const aborted = new Set<string>();
  return ({ offset, key, isControlRecord, batchContext: { producerId, inTransaction } }) => {
    for (let [next] = toCome; next && Number(offset) >= Number(next.firstOffset); [next] = toCome) {
      aborted.add(next.producerId);
      toCome.shift();
    }
    if (!isControlRecord) return inTransaction && aborted.has(producerId);
    if (key?.equals(abortMarker)) aborted.delete(producerId);
    return false;
  };
}

/**
 * An answer in which kafkajs finds no aborted transaction: their batches are control records to it, which it steps over and shows
 * nobody. It takes transactions one per message, in the order in which the broker names them, which is the order of their ends:
 * where two of a partition overlap and the later one ends first, it shows the records of the other (2.2.4,
 * `filterAbortedMessages`).
 */
export function hideAborted(answer: FetchAnswer): FetchAnswer {
  const responses = answer.responses.map((topic) => ({ ...topic, partitions: topic.partitions.map(hidden) }));
  return { ...answer, responses };
}

function hidden(partition: FetchedPartition): FetchedPartition {
  const { messages, abortedTransactions } = partition;
  if (abortedTransactions.length === 0) return partition;
  const isAborted = abortedAmong(abortedTransactions);
  const seen = messages.flatMap((batch) => (isAborted(batch) ? steppedOver(batch) : [batch]));
  return { ...partition, messages: seen, abortedTransactions: [] };
}

/** Its ends are all that kafkajs tells of an answer in which nothing is to be seen. */
function steppedOver(batch: FetchedBatch): FetchedBatch[] {
  const hiddenBatch = { ...batch, isControlRecord: true };
  return [{ ...hiddenBatch, offset: String(batch.firstOffset) }, hiddenBatch];
}
