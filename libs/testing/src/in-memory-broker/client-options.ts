import type { InMemoryBroker } from './in-memory-broker.ts';
import type { MemberProcess } from './member-process.ts';

/** A group member and its times and sizes. */
export interface ClientOptions {
  readonly broker: InMemoryBroker;
  readonly process: MemberProcess;
  readonly group: string;
  readonly topics: readonly string[];
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly requestTimeoutMs: number;
  readonly metadataMaxAgeMs: number;
  readonly maxWaitMs: number;
  readonly maxRecords: number;
  readonly maxRecordsPerPartition: number;
  /** How often it asks for one commit; kafkajs' own `commitOffsets` asks five times. */
  readonly commitAttempts: number;
  /** What it does where a position is out of range, beside going on at the oldest record. kafkajs commits that, wiping metadata. */
  readonly outOfRange: 'commits-oldest' | 'tells';
}
