/**
 * When a crash strikes: at a time, or `count` events of a kind later, and then so many microtasks on. The moments between
 * an answer and what is made of it are where crashes hurt, and no clock finds them.
 */
export type Moment =
  | { readonly on: 'time' }
  | {
      readonly on: 'call-started' | 'call-ended' | 'outcome' | 'letter' | 'committed' | 'granted';
      readonly count: number;
    };

/** Something that goes wrong, or is done to the system. What lasts ends with `forMs`; `member` counts among those alive. */
export type Fault = { readonly atMs: number } & (
  | { readonly kind: 'join' }
  /** A member that comes and soon goes again. */
  | { readonly kind: 'visit'; readonly forMs: number }
  | { readonly kind: 'leave'; readonly member: number; readonly backAfterMs: number | null }
  | {
      readonly kind: 'crash';
      readonly member: number;
      readonly moment: Moment;
      readonly microtasks: number;
      readonly backAfterMs: number | null;
    }
  | { readonly kind: 'stand-still'; readonly member: number; readonly forMs: number }
  | { readonly kind: 'cut-off'; readonly member: number; readonly forMs: number }
  | { readonly kind: 'coordinator-away'; readonly forMs: number; readonly forgetsMembers: boolean }
  | {
      readonly kind: 'commits';
      readonly how: 'refused' | 'late' | 'unanswered';
      readonly percent: number;
      readonly forMs: number;
    }
  /** The clock on the wall of a member, of whoever produces, or of all, jumps; durations are as they were. Null: nobody sets it right. */
  | {
      readonly kind: 'clock-jump';
      readonly whose: number | 'producers' | 'everyone';
      readonly byMs: number;
      readonly rightAfterMs: number | null;
    }
  /** Brokers can be read from and answer, and write nothing: no records, no dead letters, no commits, no assignment. */
  | { readonly kind: 'full-disk'; readonly forMs: number }
  | { readonly kind: 'close-target'; readonly forMs: number }
  /** Nobody answers, or it answers everybody that it does not know us. */
  | { readonly kind: 'fail-api'; readonly how: 'down' | 'refuses'; readonly forMs: number }
  | { readonly kind: 'fail-letters'; readonly forMs: number }
  | { readonly kind: 'compact'; readonly topic: number; readonly percent: number }
  | { readonly kind: 'delete-old'; readonly topic: number; readonly percent: number }
  | {
      readonly kind: 're-create';
      readonly topic: number;
      readonly records: number;
      readonly members: 'stopped' | 'running';
    }
  | { readonly kind: 'new-leader'; readonly topic: number; readonly offsets: number; readonly forMs: number }
  | { readonly kind: 'add-partitions'; readonly topic: number; readonly partitions: number }
  /** Once the group is empty: back by so many, each with the metadata that was beside it; null: they are gone. */
  | { readonly kind: 'set-offsets'; readonly back: number | null }
);

export type FaultKind = Fault['kind'];
/** A fault of one kind. */
export type FaultOf<Kind extends FaultKind> = Extract<Fault, { readonly kind: Kind }>;
