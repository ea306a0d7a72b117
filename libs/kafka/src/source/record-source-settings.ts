import type { MembershipTimes } from '@millrace/messaging/membership';
import type { GroupTimes } from '../group/group-consumer.ts';

/** Times of a source, in ms. */
export interface RecordSourceSettings extends GroupTimes, MembershipTimes {
  /** A member that has heard nothing for so long, while Kafka answers others, says so and tries again what it can. */
  readonly silentAfterMs: number;
  /** And after so long another client takes its place. */
  readonly replacedAfterMs: number;
  /** After so long no client has heard anything, while Kafka answers others: then the process can do no more. */
  readonly givenUpAfterMs: number;
}

export const recordSourceDefaults: RecordSourceSettings = {
  sessionTimeoutMs: 15_000,
  rebalanceTimeoutMs: 30_000,
  heartbeatIntervalMs: 1_000,
  metadataMaxAgeMs: 30_000,
  leaseMarginMs: 2_000,
  drainTimeoutMs: 15_000,
  commitTimeoutMs: 5_000,
  silentAfterMs: 30_000,
  replacedAfterMs: 120_000,
  givenUpAfterMs: 300_000,
};
