import type { Cohort } from './cohort.ts';
import type { Outcome } from '../ports/outcome.ts';
import type { KafkaRecord } from '../ports/record.ts';
import type { ServiceError } from '../errors/service-error.ts';

/** How a turn ended: see {@link Delivery.turn}. */
export type TurnResult = Outcome | number | undefined;

/** One record on its way to its outcome, in turns. Between turns it waits without holding anything but its key. */
export interface Delivery {
  /** Whether the next turn calls an API; its targets are asked first, then. */
  readonly needsTarget: boolean;
  /** Where its next turn is one with others: what they share. Undefined, or absent, where it has a turn of its own. */
  readonly batching?: Batching | undefined;
  /**
   * Makes one attempt, or one try to write the dead letter. Never rejects. Resolves to the outcome, or to the wait in ms
   * before the next turn, or to undefined where the call was cut off: it has said nothing about the record then, which
   * stays without an outcome, so that the partition's next owner gets it again.
   */
  turn(cohort: Cohort): Promise<TurnResult>;
  /** Takes the record for failed: its next turn writes the dead letter, and needs no target. Only between its turns. */
  giveUp(failure: ServiceError): void;
}

/** What deliveries have in common that have their turns together: one object for all that may share one. */
export interface Batching {
  /** Deliveries that have a turn together, at most: one per key. */
  readonly maxSize: number;
  /** How long the first of them waits for more. */
  readonly maxDelayMs: number;
  /**
   * Makes one attempt at all of them, which are of this batching, and maybe of several leases. Never rejects. Resolves to
   * what {@link Delivery.turn} would for each, in the same order.
   */
  turn(deliveries: readonly Delivery[], cohort: Cohort): Promise<readonly TurnResult[]>;
}

/** What the engine does with a record; undefined where nobody subscribed to its type. */
export type DeliveryOf = (record: KafkaRecord) => Delivery | undefined;
