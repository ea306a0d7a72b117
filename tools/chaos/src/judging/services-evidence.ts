import type { KafkaRecord } from '@millrace/messaging';
import type { Appended, Load } from '@millrace/testing/registrations';

/** A row of the outbox, in the order of ids. */
export interface AppendedEvent extends Appended {
  readonly type: string;
}

/** What one API has done, by itself. */
export interface ApiEvidence {
  readonly api: string;
  /** The types of events that it is to hear of. */
  readonly hears: readonly string[];
  /** In the order in which they took effect. */
  readonly effects: readonly Appended[];
  readonly calls: number;
  /** Calls of a key that it had known already. */
  readonly replays: number;
  /** Calls that came while another one of the same user was there. */
  readonly overlaps: number;
}

/** What is left of a run of the services, each from whoever cannot be mistaken about it. */
export interface ServicesEvidence {
  /** What clients were answered. */
  readonly load: Load;
  /** What is in the database. */
  readonly users: readonly { readonly userId: string; readonly username: string }[];
  readonly appended: readonly AppendedEvent[];
  /** What consumers see, in the order of offsets within each partition. */
  readonly records: readonly KafkaRecord[];
  readonly apis: readonly ApiEvidence[];
  /** Processes that ended although nobody had asked them to, and how. */
  readonly ended: readonly string[];
  /** Ids of events that a relay was about to write when it was frozen, and that others have published since. */
  readonly inZombiesHand: readonly string[];
}
