import type { Cohort } from './cohort.ts';
import type { Outcome } from '../ports/outcome.ts';
import type { KafkaRecord } from '../ports/record.ts';
import type { ServiceError } from '../errors/service-error.ts';

/** One record on its way to its outcome, in turns. Between turns it waits without holding anything but its key. */
export interface Delivery {
  /** Whether the next turn calls an API; its targets are asked first, then. */
  readonly needsTarget: boolean;
  /**
   * Makes one attempt, or one try to write the dead letter. Never rejects. Resolves to the outcome, or to the wait in ms
   * before the next turn, or to undefined where the call was cut off: it has said nothing about the record then, which
   * stays without an outcome, so that the partition's next owner gets it again.
   */
  turn(cohort: Cohort): Promise<Outcome | number | undefined>;
  /** Takes the record for failed: its next turn writes the dead letter. Only before its first turn. */
  giveUp(failure: ServiceError): void;
}

/** What the engine does with a record; undefined where nobody subscribed to its type. */
export type DeliveryOf = (record: KafkaRecord) => Delivery | undefined;
