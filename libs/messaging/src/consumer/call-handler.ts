import type { Logger } from '@millrace/telemetry';
import type { EventEnvelope } from '../events/event-envelope.ts';
import type { KafkaRecord } from '../ports/record.ts';
import { ServiceError } from '../errors/service-error.ts';
import type { HandlerContext, Subscription } from './subscription.ts';

/** What a call is made of, beside the event. */
export interface HandlerCall {
  readonly record: KafkaRecord;
  readonly attempt: number;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** Calls the handler once; resolves to its failure, undefined when it is done. */
export async function callHandler(
  subscription: Subscription,
  event: EventEnvelope,
  handlerCall: HandlerCall,
): Promise<ServiceError | undefined> {
  try {
    await subscription.handler(event, handlerContext(subscription, event, handlerCall));
    return undefined;
  } catch (error) {
    return failureOf(subscription, error);
  }
}

/** The same for each attempt at this event. */
export function idempotencyKeyOf({ name }: Pick<Subscription, 'name'>, eventId: string): string {
  return `${name}:${eventId}`;
}

function handlerContext(
  subscription: Subscription,
  { id }: EventEnvelope,
  { record, attempt, signal, log }: HandlerCall,
): HandlerContext {
  return {
    signal,
    attempt,
    idempotencyKey: idempotencyKeyOf(subscription, id),
    // A record without a key has no order among others: as a key of its own it claims none.
    order: { key: record.key?.toString() ?? id, sequence: record.offset },
    log,
  };
}

/** The message of a foreign error may quote personal data, and a failure's message goes into spans and dead letters. */
function failureOf({ name }: Subscription, error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  const what = error instanceof Error ? error.name : typeof error;
  return new ServiceError('UNEXPECTED', `the handler of ${name} threw an unforeseen ${what}`, { cause: error });
}
