import type { OutgoingRecord } from './record.ts';

/**
 * Port: writes records to Kafka. Implemented by libs/kafka.
 *
 * `send` resolves when all in-sync replicas have every record, and rejects with a retryable `ServiceError` when that is
 * not known; some may then have been written, so the caller repeats all of them, in the same order. Where it repeats the
 * very same objects, an attempt still underway is taken over and nothing is written twice. Records of equal key keep their
 * order within one call and across calls that are awaited one after the other; overlapping calls promise nothing.
 */
export interface RecordProducer {
  send(records: readonly OutgoingRecord[]): Promise<void>;
}
