import type { RecordSourceSettings } from '../source/record-source-settings.ts';

/** Times of a member with the shortest session that Kafka takes by default, so that tests need not wait long for its end. */
export const shortSettings = {
  sessionTimeoutMs: 6_000,
  heartbeatIntervalMs: 300,
  rebalanceTimeoutMs: 10_000,
  drainTimeoutMs: 2_000,
  metadataMaxAgeMs: 2_000,
} as const satisfies Partial<RecordSourceSettings>;
