import type { Commit } from '@millrace/messaging';
import type { RecordSourceSettings } from '@millrace/kafka';
import type { RunEvent } from '@millrace/testing/guarantees';
import type { KillPlan } from './kill-points.ts';
import type { MemberBug } from './member-bugs.ts';

/** All that a member's process needs to know. */
export interface MemberSpec {
  readonly name: string;
  readonly brokers: readonly string[];
  /** The port to connect to instead, by the broker's address `host:port`. */
  readonly routes: Readonly<Record<string, number>>;
  readonly group: string;
  readonly topic: string;
  readonly apiUrl: string;
  /** Where it writes what happens to it: a file of {@link MemberEntry}, one per line. */
  readonly journal: string;
  readonly concurrency: number;
  readonly drainTimeoutMs: number;
  readonly callTimeoutMs: number;
  readonly settings: Partial<RecordSourceSettings>;
  readonly kill?: KillPlan | undefined;
  readonly bug?: MemberBug | undefined;
}

interface OfPartition {
  readonly topic: string;
  readonly partition: number;
  readonly epoch: number;
}

/** A commit is about to be sent, or its answer has come; `commit` counts those of a process. */
export type CommitEntry =
  | ({ readonly kind: 'commit-sent'; readonly commit: number } & OfPartition & Commit)
  | ({ readonly kind: 'commit-confirmed'; readonly commit: number } & OfPartition);

type Timed<Entry> = Entry extends unknown ? Entry & { readonly atMs: number } : never;

/**
 * What a process tells of itself, as it happens. Records are named as {@link recordName} does, calls are counted per process;
 * `committed` is for Kafka to tell.
 */
export type MemberEntry =
  | Exclude<RunEvent, { readonly kind: 'committed' }>
  | Timed<CommitEntry>
  | Timed<{ readonly kind: 'killed'; readonly point: string }>;

type WithoutTime<Entry> = Entry extends unknown ? Omit<Entry, 'atMs'> : never;

/** Notes that it happens now. */
export type Tell = (entry: WithoutTime<MemberEntry>) => void;

/** What its parent hears at once: signals reach it; it has begun to call. */
export type FromMember = 'begun' | 'calls';

/** One record of a topic: an event that was written twice is two. */
export function recordName(eventId: string, offset: number): string {
  return `${eventId}@${offset}`;
}

/** The event of a record, or of what was told of it. */
export function eventOf({ id }: { readonly id: string }): string {
  return id.slice(0, id.lastIndexOf('@'));
}
