import type { ApiHappening } from '@millrace/testing/stub-apis';
import type { RunRecord } from '@millrace/testing/guarantees';
import type { MemberEntry } from '../member/member-protocol.ts';
import type { MemberEnd, Stall } from '../world/member.ts';
import type { Acknowledged } from '../world/steady-writer.ts';

/** A commit as Kafka has it in its log of commits. */
export interface StoredOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Of the consumer, without what the source writes before it. */
  readonly metadata: string;
  /** By the broker's clock, ms since 1970, cut to whole ms. */
  readonly storedAt: number;
}

/** What one life of one process has told, and how it ended. */
export interface MemberStory {
  readonly name: string;
  readonly entries: readonly MemberEntry[];
  readonly end: MemberEnd | undefined;
  readonly stalls: readonly Stall[];
}

export type ApiEntry = ApiHappening & { readonly atMs: number };

/** All that was left of a run, each from whoever cannot be mistaken about it. Times are of one clock unless said otherwise. */
export interface Evidence {
  /** The topic as it is in the end. */
  readonly records: readonly RunRecord[];
  /** Which events Kafka has acknowledged to their writer, by event id. */
  readonly acknowledged: ReadonlyMap<string, Acknowledged>;
  readonly members: readonly MemberStory[];
  /** In the order in which Kafka has stored them. */
  readonly commits: readonly StoredOffset[];
  readonly api: readonly ApiEntry[];
  /** What to add to {@link StoredOffset.storedAt} for the time by the other clock. */
  readonly wallToMachineMs: number;
  /** As members were told: after so long the group takes them for dead. */
  readonly sessionTimeoutMs: number;
}
