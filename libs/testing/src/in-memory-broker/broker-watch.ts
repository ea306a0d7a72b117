import type { Commit, KafkaRecord } from '@millrace/messaging';
import type { TopicPartition } from '@millrace/messaging/membership';

/** Why a coordinator no longer counts a member that did not leave. */
export type ExpiryCause = 'session timeout' | 'rebalance timeout' | 'coordinator lost its members';

/** A commit as the coordinator stored it. */
export interface StoredCommit extends TopicPartition, Commit {
  readonly group: string;
  /** Name of the process that it came from. */
  readonly member: string;
  /** Of the lease it was sent under; undefined where it was sent under none. */
  readonly epoch: number | undefined;
  /** Name of the process that the partition was assigned to at this moment. */
  readonly owner: string | undefined;
}

/** What somebody who looks on from outside is told, at the moment it happens. */
export interface BrokerWatch {
  readonly appended?: (record: KafkaRecord) => void;
  readonly removed?: (record: KafkaRecord, why: 'compacted' | 'retention' | 'topic deleted') => void;
  readonly committed?: (commit: StoredCommit) => void;
  /** `member` is the name of its process. */
  readonly memberGone?: (member: string, why: ExpiryCause, group: string) => void;
}
