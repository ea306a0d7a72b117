import type { Commit, PartitionProgress } from '@millrace/messaging';
import type { SinkPlan, Wish } from './telling-sink.ts';
import type { Told } from './told.ts';

/** A record source under test, as a member of a group, and the process it lives in. */
export interface WorldMember {
  readonly name: string;
  readonly group: string;
  /** All that its sink has heard so far, in order. */
  readonly told: readonly Told[];
  /** Resolves to `done`, or the code of the error that it came to. */
  perform(wish: Wish): Promise<string>;
  /** As of the port. */
  state(): Promise<SourceState>;
  /** As of the port; resolves when it has left. */
  stop(): Promise<void>;
  /** Ends its process at once, as kill -9 does. Only of one that lives apart. */
  crash(): Promise<void>;
  /** Its process does nothing for `ms`, then goes on. Only of one that lives apart. */
  standStill(ms: number): Promise<void>;
}

export interface SourceState {
  readonly notReady: string | undefined;
  readonly progress: readonly PartitionProgress[];
}

export interface MemberOptions {
  readonly plan?: SinkPlan;
  /** @default the world's one group */
  readonly group?: string;
  /** In a process of its own, which may crash and stand still. @default false */
  readonly apart?: boolean;
  /** @default the world's */
  readonly sessionMs?: number;
}

/** How long things take in a world. */
export interface WorldTimes {
  readonly sessionMs: number;
  /** How long a consumer may take to let go of a partition. */
  readonly drainMs: number;
}

/**
 * A broker with one topic, and members of groups that read it. Members live in it until it is closed. Nothing in it is
 * sooner than it can be: what must come is awaited with {@link until}.
 */
export interface SourceWorld {
  readonly times: WorldTimes;
  /** Makes a member and has it begin; a name is used once. */
  member(name: string, options?: MemberOptions): Promise<WorldMember>;
  /** Appends so many records, of 1 kB each. */
  write(partition: number, count: number): Promise<void>;
  /** Appends offsets that no reader gets a record for, as transactions that were aborted leave them; at least one. */
  hide(partition: number): Promise<void>;
  /** One past the last offset. */
  logEnd(partition: number): Promise<number>;
  /** The topic has so many partitions more. */
  addPartitions(count: number): Promise<void>;
  /** Retention: nothing below `offset` is left. */
  deleteRecords(partition: number, offset: number): Promise<void>;
  /** Deletes the topic and makes it again, empty, under the same name. */
  makeTopicAnew(): Promise<void>;
  /** Whoever keeps the group answers nobody for so long; resolves when that has begun. */
  coordinatorAway(ms: number): Promise<void>;
  /** What the world's group has stored, by partition; undefined for nothing. */
  committed(): Promise<readonly (Commit | undefined)[]>;
  /** The world's clock, as in {@link Told}. */
  nowMs(): number;
  /** Resolves as soon as it is so; rejects, quoting the condition, where it does not come to that. */
  until(condition: () => boolean | Promise<boolean>): Promise<void>;
  /** Ends all members. */
  close(): Promise<void>;
}

/** Makes a world whose topic has so many partitions. */
export type MakeWorld = (partitions: number) => Promise<SourceWorld>;
