import type { Logger } from '@millrace/telemetry';
import type { Cohort } from '../engine/cohort.ts';
import type { EventEnvelope } from '../events/event-envelope.ts';
import { doneBefore } from '../once/done-before.ts';
import { headerText, type KafkaRecord } from '../ports/record.ts';
import { ServiceError } from '../errors/service-error.ts';
import { type EndedSteps, Steps } from './steps.ts';
import type { BeginStep, EventSubscription, HandlerContext, Subscription } from './subscription.ts';

/** What a call is made of, beside the event. */
export interface HandlerCall {
  readonly record: KafkaRecord;
  readonly attempt: number;
  readonly cohort: Pick<Cohort, 'signal'>;
  readonly log: Logger;
  /** Who remembers the record's steps. */
  readonly memory: { readonly endedSteps: EndedSteps };
}

/** Its failure, or how the event has ended. */
export type HandlerResult = ServiceError | 'completed' | 'skipped';

/** Calls the handler once. Thousands wait for theirs to end: an asynchronous function would keep twice as much for each. */
export function callHandler(
  subscription: EventSubscription,
  event: EventEnvelope,
  handlerCall: HandlerCall,
): Promise<HandlerResult> {
  const context = new CallContext(subscription, event, handlerCall);
  return resultOf(subscription, event, context).then(
    (result) => endedWith(result === doneBefore ? 'skipped' : 'completed', context),
    (error: unknown) => failedWith(failureOf(subscription, error), context),
  );
}

/** A handler that is no asynchronous function may throw at once. */
function resultOf(subscription: EventSubscription, event: EventEnvelope, context: CallContext): Promise<unknown> {
  try {
    return Promise.resolve(subscription.handler(event, context));
  } catch (error) {
    return Promise.reject(failureOf(subscription, error));
  }
}

function endedWith(result: HandlerResult, { steps }: CallContext): HandlerResult | Promise<HandlerResult> {
  return steps ? steps.end().then((failure) => failure ?? result) : result;
}

function failedWith(failure: ServiceError, { steps }: CallContext): HandlerResult | Promise<HandlerResult> {
  return steps ? steps.end().then(() => failure) : failure;
}

/** The same for each attempt at this event. */
export function idempotencyKeyOf({ name }: Pick<Subscription, 'name'>, eventId: string): string {
  return `${name}:${eventId}`;
}

/** Most handlers have no steps: nothing is made for those before they are asked for. */
class CallContext implements HandlerContext {
  /** Looked up each time, also by copies (`{ ...context }`): a process that stood still may go on under a lease that is over. */
  static readonly #looked: PropertyDescriptor & ThisType<CallContext> = {
    enumerable: true,
    get() {
      return this.#call.cohort.signal;
    },
  };
  declare readonly signal: AbortSignal;
  readonly attempt: number;
  readonly idempotencyKey: string;
  readonly order: HandlerContext['order'];
  readonly log: Logger;
  readonly #call: HandlerCall;
  readonly #handler: string;
  /** Those that were begun. */
  steps: Steps | undefined;

  constructor(subscription: EventSubscription, { id }: EventEnvelope, call: HandlerCall) {
    this.#call = call;
    Object.defineProperty(this, 'signal', CallContext.#looked);
    this.attempt = call.attempt;
    this.idempotencyKey = idempotencyKeyOf(subscription, id);
    this.order = orderOf(call.record, id);
    this.log = call.log;
    this.#handler = subscription.name;
  }

  get replays(): number {
    return timesReplayed(this.#call.record);
  }

  get step(): BeginStep {
    this.steps ??= new Steps(this.#handler, this, this.#call.memory.endedSteps);
    return this.steps.begin;
  }
}

/** A record without a key has no order among others: as a key of its own it claims none. */
export function orderOf({ key, offset }: KafkaRecord, eventId: string): HandlerContext['order'] {
  return { key: key?.toString() ?? eventId, sequence: offset };
}

/** How often a record was replayed. */
export function timesReplayed({ headers }: Pick<KafkaRecord, 'headers'>): number {
  const replays = headers.millrace_dlq_replays === undefined ? 0 : Number(headerText(headers, 'millrace_dlq_replays'));
  return Number.isSafeInteger(replays) ? replays : 0;
}

/** The message of a foreign error may quote personal data, and a failure's message goes into spans and dead letters. */
export function failureOf({ name }: Pick<Subscription, 'name'>, error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  const what = error instanceof Error ? error.name : typeof error;
  return new ServiceError('UNEXPECTED', `the handler of ${name} threw an unforeseen ${what}`, { cause: error });
}
