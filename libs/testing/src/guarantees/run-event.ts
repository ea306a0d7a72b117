import type { Commit, Outcome } from '@millrace/messaging';

/** A record as a run knows it. Its id is its own for the whole run; offsets begin again where a topic is made anew. */
export interface RunRecord {
  readonly id: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** What keeps its order: equal for records of a partition that are called in turn; null for one that stands alone. */
  readonly key: string | null;
  /** False for one that no subscription asks for. */
  readonly subscribed: boolean;
}

interface OfPartition {
  readonly topic: string;
  readonly partition: number;
}

interface OfMember {
  /** One life of one process: what is started again after a crash or a stop has another name. */
  readonly member: string;
}

/**
 * Why a record needs no outcome any more. `passed over`: the group was told to begin behind it (`startAt: 'latest'`, offsets
 * set by an operator), or nobody can notice it (a topic made anew that has grown past the commit).
 */
export type RemovalCause = 'compacted' | 'retention' | 'passed over';

/** Why a coordinator no longer counts a member that did not leave. The last one is no fault of the member at all. */
export type ExpiryCause = 'session timeout' | 'rebalance timeout' | 'coordinator lost its members';

/**
 * What the log, the group's coordinator, the members and the API do for one group, in the order in which it happens: what
 * guarantees are asserted over. Plain data. Where several groups run, each has a stream of its own.
 */
export type RunEvent = { readonly atMs: number } & (
  | { readonly kind: 'appended'; readonly record: RunRecord }
  | { readonly kind: 'removed'; readonly id: string; readonly why: RemovalCause }
  /** The topic was deleted and made anew: what was in the partition is gone, offsets begin again. */
  | ({ readonly kind: 'log-started' } & OfPartition)
  /** Told before the consumer hears of it. `committed` is what the lease says the group had stored. */
  | ({ readonly kind: 'granted'; readonly epoch: number; readonly committed: Commit | undefined } & OfMember &
      OfPartition)
  /** The lease has ended, for the member itself; told before the consumer hears of it. */
  | ({ readonly kind: 'lost'; readonly epoch: number } & OfMember & OfPartition)
  /**
   * The member says that it has done under a lease what it could, and lets the partition go, be it that another is to have it or
   * that it stops. `unconfirmed`: of the commits that it has sent shortly before, one has failed or is not answered yet.
   */
  | ({ readonly kind: 'released'; readonly epoch: number; readonly unconfirmed: boolean } & OfMember & OfPartition)
  /** A handler is called: one attempt. `call` is its own for the whole run. */
  | ({
      readonly kind: 'call-started';
      readonly call: number;
      readonly id: string;
      readonly attempt: number;
      readonly idempotencyKey: string;
    } & OfMember)
  /** The handler's signal is aborted: it is to stop. It may go on for a while. */
  | { readonly kind: 'call-aborted'; readonly call: number }
  /** The handler has settled; none is told of calls that died with their member. `accepted`: it has got the API's 200. */
  | { readonly kind: 'call-ended'; readonly call: number; readonly result: 'accepted' | 'failed' | 'cut-off' }
  /** The API acted, whether or not its answer arrives; also after the end of the call or of its member. */
  | { readonly kind: 'effect'; readonly call: number }
  /** A dead letter of the record is durable. */
  | { readonly kind: 'letter'; readonly id: string }
  | ({ readonly kind: 'outcome'; readonly id: string; readonly outcome: Outcome } & OfMember)
  /**
   * The coordinator has stored it, whether or not its answer arrives. `epoch`: of the lease it was sent under, where that is
   * known. `owner`: the member the partition was assigned to at this moment, null for nobody, left out where that is not known.
   */
  | ({
      readonly kind: 'committed';
      readonly offset: number;
      readonly metadata: string;
      readonly epoch?: number | undefined;
      readonly owner?: string | null | undefined;
    } & OfMember &
      OfPartition)
  /** Somebody else than a member has set, copied or (undefined) deleted what the group has stored. */
  | ({ readonly kind: 'offsets-set'; readonly committed: Commit | undefined } & OfPartition)
  /** What a member holds, in all or, with a partition, of that one. */
  | ({ readonly kind: 'held'; readonly records: number; readonly bytes: number } & OfMember & Partial<OfPartition>)
  | ({ readonly kind: 'crashed' } & OfMember)
  /** The coordinator has let it into the group, for the first time or again after it had expired. */
  | ({ readonly kind: 'joined' } & OfMember)
  /** Stands still, sockets open: a debugger, a long collection, a suspended machine. It may go on at any time. */
  | ({ readonly kind: 'stalled' } & OfMember)
  | ({ readonly kind: 'expired'; readonly why: ExpiryCause } & OfMember)
  /** It has drained and left the group. */
  | ({ readonly kind: 'stopped' } & OfMember)
  /** All faults are over, and everything that can finish has had the time to. */
  | { readonly kind: 'settled' }
);

/** The events of one kind. */
export type RunEventOf<Kind extends RunEvent['kind']> = Extract<RunEvent, { readonly kind: Kind }>;
