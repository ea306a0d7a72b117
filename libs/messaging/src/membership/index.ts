export { type Claims, decodeClaims, encodeClaims } from './claims.ts';
export { type Assignments, cooperativeAssignor, type JoinedMember } from './cooperative-assignor.ts';
export type {
  Fetched,
  GroupClient,
  GroupClientListener,
  OffsetToStore,
  PartitionOffsets,
  StoreAnswer,
} from './group-client.ts';
export { GroupLease, mostPerDelivery } from './group-lease.ts';
export { lagOf } from './lag-of.ts';
export { LeaseTable, type LeaseTableOptions, type MembershipTimes } from './lease-table.ts';
export type { LeaseTableLog } from './lease-table-log.ts';
export { decodePlace, type StoredPlace } from './stored-place.ts';
export { partitionKey, type TopicPartition } from './topic-partition.ts';
