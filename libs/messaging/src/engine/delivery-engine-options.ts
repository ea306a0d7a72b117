import type { Logger } from '@millrace/telemetry';
import type { HeldLimits } from './back-pressure.ts';
import type { Clock } from '../ports/clock.ts';
import type { DeliveryOf } from './delivery.ts';
import type { OrderMode } from './order-mode.ts';
import type { Outcome } from '../ports/outcome.ts';
import type { KafkaRecord } from '../ports/record.ts';
import type { ReplayTopics } from './replay-topics.ts';
import type { PartitionLease } from '../ports/record-source.ts';
import type { StartAt } from './start-position.ts';
import type { TargetGate } from '../ports/target.ts';

export interface DeliveryEngineOptions {
  readonly startAt: StartAt;
  readonly order: OrderMode;
  /** Whose record it is, where tenants take turns rather than partitions. */
  readonly tenant?: ((record: KafkaRecord) => string) | undefined;
  /** Turns that run at the same time. */
  readonly concurrency: number;
  readonly held: HeldLimits;
  /** What happens to a hot key's records when its partition holds what it may. */
  readonly overflow: 'pause' | 'dead-letter';
  readonly callTimeoutMs: number;
  readonly drainTimeoutMs: number;
}

export interface DeliveryEnginePorts {
  readonly deliveryOf: DeliveryOf;
  /** All targets together. */
  readonly gate: TargetGate;
  /** From 0 to 1, draws what is called where the gate is probing. */
  readonly random: () => number;
  /** Told how each record ended, once, before that is committed. */
  readonly ended: (record: KafkaRecord, outcome: Outcome) => void;
  /** Told of records that were deleted before they were called: so many of those from `from` to before `to`. @default nobody is */
  readonly deleted?: (partition: Pick<PartitionLease, 'topic' | 'partition'>, records: number) => void;
  /** Whether a record is to be given up on, since it will be deleted soon. @default none is */
  readonly isParked?: (record: KafkaRecord) => boolean;
  /** Topics whose records come again. @default none */
  readonly replays?: ReplayTopics;
  readonly clock: Clock;
  readonly log: Logger;
}
