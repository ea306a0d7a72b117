/** What an API bears of a whole consumer group. Each member is told its share of it, as often as that changes. */
export interface GroupQuota {
  /** Calls per second; infinite where only those at the same time are limited. */
  readonly perSecond: number;
  /** From now on this member may use so much of it: from 0 to 1. The shares of all members never come to more than 1. */
  takeShare(share: number): void;
}
