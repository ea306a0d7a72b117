export type { HeldLimits } from './back-pressure.ts';
export { idempotencyKeyOf } from './call-handler.ts';
export { type Clock, createSystemClock } from './clock.ts';
export { createConsumer, type Consumer, type ConsumerPorts } from './consumer.ts';
export type { ConsumerOptions } from './consumer-options.ts';
export { deadLetterHeaders, deadLetterOf, type DeadLetterReason, deadLetterTopicOf } from './dead-letter.ts';
export { dataSchemaOf, defineEvent, type EventContract } from './define-event.ts';
export { type ErrorCode, errorCodes } from './error-codes.ts';
export { createEvent, decodeEvent, encodeEvent, type EventEnvelope, eventTypeOf } from './event-envelope.ts';
export { eventHeaders } from './event-headers.ts';
export type { OrderMode } from './order-mode.ts';
export type { Outcome } from './outcome.ts';
export { createPublisher, type Publisher } from './publisher.ts';
export { headerText, type KafkaRecord, type OutgoingRecord, type RecordHeaders } from './record.ts';
export type { RecordProducer } from './record-producer.ts';
export type {
  Commit,
  PartitionLease,
  PartitionProgress,
  RecordSink,
  RecordSource,
  RecordSourceOptions,
} from './record-source.ts';
export { defaultRetryPolicy, type RetryPolicy } from './retry-policy.ts';
export { ServiceError, type ServiceErrorOptions } from './service-error.ts';
export type { StartAt } from './start-position.ts';
export {
  type Handler,
  type HandlerContext,
  type HandlerOf,
  on,
  type Subscription,
  type SubscriptionOptions,
} from './subscription.ts';
export type { Target } from './target.ts';
