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

/** Calls the handler once; resolves to its failure, or to how the event has ended. */
export async function callHandler(
  subscription: EventSubscription,
  event: EventEnvelope,
  handlerCall: HandlerCall,
): Promise<ServiceError | 'completed' | 'skipped'> {
  const context = new CallContext(subscription, event, handlerCall);
  try {
    const result = await subscription.handler(event, context);
    const { steps } = context;
    const failure = steps && (await steps.end());
    return failure ?? (result === doneBefore ? 'skipped' : 'completed');
  } catch (error) {
    await context.steps?.end();
    return failureOf(subscription, error);
  }
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
      return this.#cohort.signal;
    },
  };
  declare readonly signal: AbortSignal;
  readonly attempt: number;
  readonly idempotencyKey: string;
  readonly order: HandlerContext['order'];
  readonly log: Logger;
  readonly #record: KafkaRecord;
  readonly #handler: string;
  readonly #cohort: HandlerCall['cohort'];
  readonly #memory: HandlerCall['memory'];
  /** Those that were begun. */
  steps: Steps | undefined;

  constructor(subscription: EventSubscription, { id }: EventEnvelope, call: HandlerCall) {
    this.#cohort = call.cohort;
    Object.defineProperty(this, 'signal', CallContext.#looked);
    this.attempt = call.attempt;
    this.idempotencyKey = idempotencyKeyOf(subscription, id);
    this.order = orderOf(call.record, id);
    this.log = call.log;
    this.#record = call.record;
    this.#handler = subscription.name;
    this.#memory = call.memory;
  }

  get replays(): number {
    return timesReplayed(this.#record);
  }

  get step(): BeginStep {
    this.steps ??= new Steps(this.#handler, this, this.#memory.endedSteps);
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
