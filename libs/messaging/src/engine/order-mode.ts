import type { LaneKey } from './lane.ts';
import type { KafkaRecord } from '../ports/record.ts';

/**
 * What is called one after the other: records of a partition with the same key; all records of a partition; none. A function
 * makes a key of its own, within the partition; null has no order. It must not throw, and say the same at each redelivery.
 */
export type OrderMode = 'key' | 'partition' | 'unordered' | ((record: KafkaRecord) => string | null);

/** A record's lane among those of its partition. Without a key it has one to itself. */
export function laneKeyOf(order: OrderMode): (record: KafkaRecord) => LaneKey {
  if (order === 'key') return ({ key, offset }) => (key === null ? offset : key.toString('latin1'));
  if (order === 'partition') return () => '';
  if (order === 'unordered') return ({ offset }) => offset;
  return (record) => order(record) ?? record.offset;
}
