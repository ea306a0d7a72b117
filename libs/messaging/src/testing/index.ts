export { InMemoryProducer } from './in-memory-producer.ts';
export { InMemoryLease, InMemoryPartition, InMemorySource, type NewRecord } from './in-memory-source.ts';
export { VirtualClock } from './virtual-clock.ts';
