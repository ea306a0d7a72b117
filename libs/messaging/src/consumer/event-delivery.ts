import { contextOf, endSpan, type Logger, withLogFields } from '@millrace/telemetry';
import { context, type Context } from '@opentelemetry/api';
import { recordContext, startAttemptSpan } from './attempt-span.ts';
import { callHandler } from './call-handler.ts';
import type { Cohort } from '../engine/cohort.ts';
import type { Clock } from '../ports/clock.ts';
import type { ConsumerMetrics } from './consumer-metrics.ts';
import type { Delivery } from '../engine/delivery.ts';
import { deadLetterOf } from './dead-letter.ts';
import type { DeadLetterWriter, PendingDeadLetter } from './dead-letter-writer.ts';
import type { ErrorCode } from '../errors/error-codes.ts';
import type { EventEnvelope } from '../events/event-envelope.ts';
import type { EventReader } from '../events/event-reader.ts';
import { headerText, type KafkaRecord } from '../ports/record.ts';
import { retryDelayMs, type RetryPolicy } from './retry-policy.ts';
import { ServiceError } from '../errors/service-error.ts';
import type { Subscription } from './subscription.ts';
import type { TargetRow } from './target-row.ts';

/** What all deliveries of a consumer share. */
export interface EventDeliveryPorts {
  readonly group: string;
  readonly retry: RetryPolicy;
  readonly random: () => number;
  readonly clock: Clock;
  readonly gate: Pick<TargetRow, 'heldBackMs'>;
  readonly deadLetters: DeadLetterWriter;
  readonly metrics: ConsumerMetrics;
  readonly log: Logger;
}

/** A subscription, and what reads its events. */
export interface SubscribedEvent {
  readonly subscription: Subscription;
  readonly reader: EventReader;
}

/** What has been decided: the API is to be told, or the record was given up on and its dead letter is to be written. */
type Course = { readonly kind: 'call' } | GivingUp;

type Result = ReturnType<Delivery['turn']>;

interface GivingUp {
  readonly kind: 'give-up';
  readonly letter: PendingDeadLetter;
  readonly code: ErrorCode;
  /** Of the last attempt. */
  readonly within: Context;
}

/** A record of a subscribed type on its way to its outcome. */
export class EventDelivery implements Delivery {
  readonly #record: KafkaRecord;
  readonly #subscription: Subscription;
  readonly #reader: EventReader;
  readonly #ports: EventDeliveryPorts;
  #course: Course = { kind: 'call' };
  #attempts = 0;
  /** Attempts whose failure the record answers for. */
  #counted = 0;
  /** The first turn, by the clock on the wall and by the time in which there could be attempts. */
  #first: { readonly atMs: number; readonly openMark: number } | undefined;
  #boundLog: Logger | undefined;

  constructor(record: KafkaRecord, { subscription, reader }: SubscribedEvent, ports: EventDeliveryPorts) {
    this.#record = record;
    this.#subscription = subscription;
    this.#reader = reader;
    this.#ports = ports;
  }

  get needsTarget(): boolean {
    return this.#course.kind === 'call';
  }

  turn(cohort: Cohort): Result {
    const course = this.#course;
    if (course.kind === 'give-up') return context.with(course.within, () => this.#writeLetter(course));
    this.#first ??= { atMs: this.#ports.clock.now(), openMark: this.#openMark };
    const parent = recordContext(this.#record);
    const event = this.#decode();
    if (event instanceof ServiceError) return context.with(parent, () => this.#unreadable(event));
    return this.#isTooOld(event) ? Promise.resolve('expired') : this.#attempt(event, parent, cohort);
  }

  giveUp(failure: ServiceError): void {
    this.#course = this.#givenUp(failure, recordContext(this.#record));
  }

  #decode(): EventEnvelope | ServiceError {
    try {
      return this.#reader.read(this.#record);
    } catch (error) {
      return ServiceError.from(error);
    }
  }

  #isTooOld({ time }: EventEnvelope): boolean {
    const { maxAgeMs } = this.#subscription;
    return maxAgeMs !== undefined && this.#ports.clock.now() - Date.parse(time) > maxAgeMs;
  }

  /** An invalid event is given up on; a contract whose schema throws is as unforeseen as a handler that does. */
  #unreadable(failure: ServiceError): Result {
    if (failure.retryable) this.#attempts++;
    return this.#afterFailure(failure);
  }

  /** What follows the call runs in its span's context, too, so that log lines and the dead letter belong to the attempt. */
  #attempt(event: EventEnvelope, parent: Context, cohort: Cohort): Result {
    const attempt = ++this.#attempts;
    const { group } = this.#ports;
    const subscription = this.#subscription.name;
    const span = startAttemptSpan({ record: this.#record, event, group, subscription, attempt, parent });
    return context.with(contextOf(span, parent), async () => {
      const failure = await this.#call(event, attempt, cohort);
      endSpan(span, failure);
      if (!failure) return 'completed';
      // A call that we cut off says nothing about the record.
      const { cutOff } = cohort;
      if (cutOff?.code === 'CALL_ABORTED') return undefined;
      return this.#afterFailure(cutOff && failure.retryable ? cutOff : failure);
    });
  }

  #call(event: EventEnvelope, attempt: number, { signal }: Cohort): Promise<ServiceError | undefined> {
    return callHandler(this.#subscription, event, { record: this.#record, attempt, signal, log: this.#log });
  }

  async #afterFailure(failure: ServiceError): Result {
    const { retry, random, metrics } = this.#ports;
    if (!failure.targetAtFault) this.#counted++;
    if (!failure.retryable || (!failure.targetAtFault && this.#isSpent)) return this.#giveUp(failure);
    const waitMs = retryDelayMs(retry, { attempt: this.#attempts, retryAfterMs: failure.retryAfterMs, random });
    metrics.retry(this.#record.topic, failure.code);
    this.#logRetry(failure, waitMs);
    return waitMs;
  }

  get #isSpent(): boolean {
    const { maxAttempts, maxElapsedMs } = this.#ports.retry;
    const openMark = this.#openMark;
    return this.#counted >= maxAttempts || openMark - (this.#first?.openMark ?? openMark) >= maxElapsedMs;
  }

  /** Does not go on while a target is closed. */
  get #openMark(): number {
    return this.#ports.clock.mark() - this.#ports.gate.heldBackMs();
  }

  /** What the API client reports is in its own line; an error that nobody foresaw is in this one alone. */
  #logRetry({ code, message, cause }: ServiceError, waitMs: number): void {
    const fields = { ...this.#position, code, message, attempt: this.#attempts, retryInMs: Math.round(waitMs) };
    if (code === 'UNEXPECTED') this.#log.warn({ ...fields, err: cause }, 'attempt failed');
    else this.#log.debug(fields, 'attempt failed');
  }

  #giveUp(failure: ServiceError): Result {
    const { code, message, cause } = failure;
    const course = this.#givenUp(failure, context.active());
    this.#course = course;
    const fields = { ...this.#position, code, message, attempt: this.#attempts, dlq: course.letter.record.topic };
    this.#log.warn(code === 'UNEXPECTED' ? { ...fields, err: cause } : fields, 'given up on; goes to the dead letters');
    return this.#writeLetter(course);
  }

  #givenUp(failure: ServiceError, within: Context): GivingUp {
    const nowMs = this.#ports.clock.now();
    const [firstAt, lastAt] = [new Date(this.#first?.atMs ?? nowMs), new Date(nowMs)];
    const reason = { failure, attempts: this.#attempts, firstAt, lastAt };
    const letter = { record: deadLetterOf(this.#record, this.#ports.group, reason), log: this.#log, tries: 0 };
    return { kind: 'give-up', letter, code: failure.code, within };
  }

  async #writeLetter({ letter, code }: GivingUp): Result {
    const waitMs = await this.#ports.deadLetters.write(letter);
    if (waitMs !== undefined) return waitMs;
    this.#ports.metrics.deadLetter(this.#record.topic, code);
    return 'dead-lettered';
  }

  get #position(): object {
    const { topic, partition, offset } = this.#record;
    return { topic, partition, offset };
  }

  get #log(): Logger {
    this.#boundLog ??= withLogFields(this.#ports.log, {
      eventId: headerText(this.#record.headers, 'ce_id'),
      eventType: this.#subscription.contract.type,
      subscription: this.#subscription.name,
    });
    return this.#boundLog;
  }
}
