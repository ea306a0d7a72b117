import type { PartitionState } from './partition-state.ts';
import type { TargetState } from '../ports/target.ts';

/** A consumer as of now, for people and alerts: places and figures, nothing of what is in a record. */
export interface ConsumerState {
  readonly group: string;
  /** Undefined while it is a member of its group, else what is missing, for people to read. */
  readonly notJoined: string | undefined;
  readonly held: { readonly records: number; readonly bytes: number };
  /** How many handlers may run at the same time. */
  readonly concurrency: number;
  readonly targets: readonly NamedTargetState[];
  /** Those that are ours, by topic and number. */
  readonly partitions: readonly PartitionState[];
}

export interface NamedTargetState extends TargetState {
  readonly name: string;
}
