export type { HeldLimits } from './engine/back-pressure.ts';
export { idempotencyKeyOf } from './consumer/call-handler.ts';
export { type Clock, createSystemClock } from './ports/clock.ts';
export { createConsumer, type Consumer, type ConsumerPorts } from './consumer/consumer.ts';
export type { ConsumerOptions } from './consumer/consumer-options.ts';
export type { ConsumerState, NamedTargetState } from './consumer/consumer-state.ts';
export {
  deadLetterHeaders,
  deadLetterOf,
  type DeadLetterReason,
  deadLetterReasonHeaders,
  deadLetterTopicOf,
} from './consumer/dead-letter.ts';
export { type DoneOffsets, doneOffsets } from './offsets/done-offsets.ts';
export { dataSchemaOf, defineEvent, type EventContract } from './events/define-event.ts';
export { type ErrorCode, errorCodes } from './errors/error-codes.ts';
export { createEvent, encodeEvent, type EventEnvelope, eventTypeOf } from './events/event-envelope.ts';
export { decodeEvent } from './events/event-reader.ts';
export { eventHeaders } from './events/event-headers.ts';
export type { Claim, ClaimRequest, IdempotencyStore } from './ports/idempotency-store.ts';
export { createInMemoryIdempotencyStore } from './once/in-memory-idempotency-store.ts';
export { claimedBy, judgeClaim, type StoredKey } from './once/judge-claim.ts';
export { doneBefore, type DoneBefore } from './once/done-before.ts';
export { once } from './once/once.ts';
export { onceEach } from './once/once-each.ts';
export type { OnceOptions } from './once/once-options.ts';
export type { OrderMode } from './engine/order-mode.ts';
export type { Outcome } from './ports/outcome.ts';
export type { OldestRecord, PartitionState, PauseReason } from './consumer/partition-state.ts';
export { createPublisher, type Publisher } from './events/publisher.ts';
export type { GroupQuota } from './ports/group-quota.ts';
export { headerText, type KafkaRecord, type OutgoingRecord, type RecordHeaders } from './ports/record.ts';
export type { RecordProducer } from './ports/record-producer.ts';
export { leaseLost } from './ports/lease-lost.ts';
export type {
  Commit,
  PartitionLag,
  PartitionLease,
  PartitionProgress,
  RecordSink,
  RecordSource,
  RecordSourceOptions,
} from './ports/record-source.ts';
export { decisionsTopic, replayTopicOf } from './consumer/replay.ts';
export { defaultRetryPolicy, type RetryPolicy } from './consumer/retry-policy.ts';
export { ServiceError, type ServiceErrorOptions } from './errors/service-error.ts';
export { all, allSettled } from './consumer/steps.ts';
export type { StartAt } from './engine/start-position.ts';
export {
  type BatchContext,
  type BatchHandler,
  type BatchHandlerOf,
  type BatchItem,
  type BatchLimits,
  type BatchSubscription,
  type BeginStep,
  type EventSubscription,
  type Handler,
  type HandlerContext,
  type HandlerOf,
  type ItemResult,
  type ItemResults,
  on,
  onBatch,
  type StepContext,
  type Subscription,
  type SubscriptionOptions,
} from './consumer/subscription.ts';
export type { BreakerState, Target, TargetGate, TargetState, TurnGate } from './ports/target.ts';
