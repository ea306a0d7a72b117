export type { KafkaError } from './answer.ts';
export type { BrokerWatch, ExpiryCause, StoredCommit } from './broker-watch.ts';
export type { GroupCoordinator } from './group-coordinator.ts';
export type { GroupOffsets } from './group-offsets.ts';
export { InMemoryBroker, type InMemoryBrokerOptions, type RecordToAppend } from './in-memory-broker.ts';
export {
  groupSourceDefaults,
  type GroupSourceOptions,
  type GroupSourceSettings,
  inMemoryGroupSource,
} from './in-memory-group-source.ts';
export { MemberProcess } from './member-process.ts';
export type { Api, Fate, SentRequest } from './network.ts';
export type { PartitionLog } from './partition-log.ts';
