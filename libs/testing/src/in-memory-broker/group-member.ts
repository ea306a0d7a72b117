import type { Clock } from '@millrace/messaging';
import type { JoinedMember, TopicPartition } from '@millrace/messaging/membership';
import type { Reply } from './answer.ts';

/** What a member says of itself when it joins. */
export interface MemberProfile {
  /** Name of its process. */
  readonly client: string;
  readonly topics: readonly string[];
  /** Whatever the assignor of the group wants to know of each member. */
  readonly userData: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
}

export interface Joined {
  readonly memberId: string;
  readonly generation: number;
  readonly leader: boolean;
  /** Empty for all but the leader, who shares the partitions out among them. */
  readonly members: readonly JoinedMember[];
}

/** A member as the coordinator keeps it. */
export class GroupMember {
  readonly id: string;
  profile: MemberProfile;
  assigned: readonly TopicPartition[] = [];
  /** Set while it waits for all others to join. */
  joining: Reply<Joined> | undefined;
  /** Set while it waits for the leader's assignment. */
  syncing: Reply<readonly TopicPartition[]> | undefined;
  readonly #clock: Clock;
  readonly #expired: () => void;
  #heardMs = 0;
  #forgetTimer: (() => void) | undefined;

  constructor(id: string, profile: MemberProfile, clock: Clock, expired: () => void) {
    this.id = id;
    this.profile = profile;
    this.#clock = clock;
    this.#expired = expired;
    this.heard();
  }

  /** Begins its session anew. */
  heard(): void {
    this.#heardMs = this.#clock.mark();
    this.#forgetTimer ??= this.#clock.after(this.profile.sessionTimeoutMs, () => this.#look());
  }

  /** No longer counted: its session ends without a word. */
  forget(): void {
    this.#forgetTimer?.();
    this.#forgetTimer = undefined;
  }

  /** One timer at a time, set on for as long as it was heard meanwhile. One who waits for others does not expire. */
  #look(): void {
    this.#forgetTimer = undefined;
    if (this.joining || this.syncing) this.#heardMs = this.#clock.mark();
    const leftMs = this.#heardMs + this.profile.sessionTimeoutMs - this.#clock.mark();
    if (leftMs > 0) this.#forgetTimer = this.#clock.after(leftMs, () => this.#look());
    else this.#expired();
  }
}
