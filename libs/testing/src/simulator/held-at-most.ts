import { mostPerDelivery } from '@millrace/messaging/membership';
import type { HeldAtMost } from '../guarantees/index.ts';
import type { Scenario } from './scenario.ts';

/** Of one response of a broker. */
export const maxRecordsPerFetch = 250;
export const maxRecordsPerPartitionAndFetch = 100;
/** Brokers, each with a connection of its own. */
export const brokerCount = 2;
/** Of a record beside its text: key, and the JSON around it. */
const mostOverheadBytes = 100;

/**
 * What a member may hold: the engine promises less than twice its limits, and beyond that what it was being given as it paused;
 * so much may be of each partition, since each is paused and goes on by itself.
 */
export function heldAtMost({ consumer, load, topics, faults, batch }: Scenario): HeldAtMost {
  const { concurrency, held } = consumer;
  const partitions = topics.reduce((sum, topic) => sum + topic.partitions, 0);
  const added = faults.reduce((sum, fault) => sum + (fault.kind === 'add-partitions' ? fault.partitions : 0), 0);
  const records = (partitions + added) * mostPerDelivery;
  return {
    records: 2 * held.records,
    bytes: 2 * held.bytes,
    recordsPerPartition: held.recordsPerPartition,
    inFlight: concurrency * (batch?.maxSize ?? 1),
    beyond: { records, bytes: records * (load.bytes + mostOverheadBytes) },
  };
}
