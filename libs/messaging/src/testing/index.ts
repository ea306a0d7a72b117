export { DeliveryEngine } from '../engine/delivery-engine.ts';
export { fakeTarget } from './fake-target.ts';
export { InMemoryProducer } from './in-memory-producer.ts';
export { InMemoryLease, InMemoryPartition, InMemorySource, type NewRecord } from './in-memory-source.ts';
export { paddedTable } from './padded-table.ts';
export { seededRandom } from './seeded-random.ts';
export { VirtualClock } from './virtual-clock.ts';
export { decodeOffsetMap, encodeOffsetMap, type OffsetMap } from '../offsets/offset-map.ts';
export type { OffsetRange } from '../offsets/offset-range.ts';
