import { contextOf, endSpan, type Logger, withLogFields } from '@millrace/telemetry';
import { context, type Context, type Span } from '@opentelemetry/api';
import { recordContext, startAttemptSpan } from './attempt-span.ts';
import { callHandler, type HandlerResult } from './call-handler.ts';
import type { Cohort } from '../engine/cohort.ts';
import type { Clock } from '../ports/clock.ts';
import type { ConsumerMetrics } from './consumer-metrics.ts';
import type { Batching, Delivery, TurnResult } from '../engine/delivery.ts';
import { deadLetterOf } from './dead-letter.ts';
import type { DeadLetterWriter, PendingDeadLetter } from './dead-letter-writer.ts';
import type { ErrorCode } from '../errors/error-codes.ts';
import type { EventEnvelope } from '../events/event-envelope.ts';
import type { EventReader } from '../events/event-reader.ts';
import { headerText, type KafkaRecord } from '../ports/record.ts';
import { retryDelayMs, type RetryPolicy } from './retry-policy.ts';
import { ServiceError } from '../errors/service-error.ts';
import type { EndedSteps } from './steps.ts';
import type { EventSubscription, Subscription } from './subscription.ts';
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
  /** For how long the APIs honour an idempotency key: the shortest of all. */
  readonly keyTtlMs: number | undefined;
}

/** A subscription, what reads its events and, where it takes them in batches, what makes those. */
export interface SubscribedEvent {
  readonly subscription: Subscription;
  readonly reader: EventReader;
  /** Every type that the consumer hears on the topic. */
  readonly heardTypes: readonly string[];
  readonly batching?: Batching | undefined;
}

/** What has been decided: the API is to be told, or the record was given up on and its dead letter is to be written. */
type Course = { readonly kind: 'call' } | GivingUp;

const toBeCalled: Course = { kind: 'call' };

type Result = Promise<TurnResult>;

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
  readonly #heardTypes: readonly string[];
  readonly #ports: EventDeliveryPorts;
  /** Answers to a batch that said something of this one by itself. */
  answers = 0;
  #batching: Batching | undefined;
  #course: Course = toBeCalled;
  #attempts = 0;
  /** Attempts whose failure the record answers for. */
  #counted = 0;
  /** The first turn, by the clock on the wall and by the time in which there could be attempts. */
  #first: { readonly atMs: number; readonly openMark: number } | undefined;
  #boundLog: Logger | undefined;
  #endedSteps: EndedSteps | undefined;

  constructor(
    record: KafkaRecord,
    { subscription, reader, heardTypes, batching }: SubscribedEvent,
    ports: EventDeliveryPorts,
  ) {
    this.#record = record;
    this.#subscription = subscription;
    this.#reader = reader;
    this.#heardTypes = heardTypes;
    this.#ports = ports;
    this.#batching = batching;
  }

  get record(): KafkaRecord {
    return this.#record;
  }

  get needsTarget(): boolean {
    return this.#course.kind === 'call';
  }

  /** What its handler need not do again. */
  get endedSteps(): EndedSteps {
    return (this.#endedSteps ??= new Map());
  }

  get batching(): Batching | undefined {
    return this.#course.kind === 'call' ? this.#batching : undefined;
  }

  turn(cohort: Cohort): Result {
    const course = this.#course;
    if (course.kind === 'give-up') return context.with(course.within, () => this.#writeLetter(course));
    if (this.#subscription.batch) return this.#turnAlone(cohort);
    const parent = recordContext(this.#record);
    const event = this.open();
    if (event instanceof ServiceError) return context.with(parent, () => this.#afterFailure(event));
    return event === 'expired' ? Promise.resolve(event) : this.#attempt(this.#subscription, event, parent, cohort);
  }

  /** What is to be called, or why it is not: what is wrong with the record, or that it is too old. */
  open(): EventEnvelope | ServiceError | 'expired' {
    this.#first ??= { atMs: this.#ports.clock.now(), openMark: this.#openMark };
    const event = this.#decode();
    if (!(event instanceof ServiceError)) return this.#isTooOld(event) ? 'expired' : event;
    // An invalid event is given up on; a contract whose schema throws is as unforeseen as a handler that does.
    if (event.retryable) this.#attempts++;
    return event;
  }

  /** What follows an {@link open} that found it to be no event. */
  unreadable(failure: ServiceError): number {
    return context.with(recordContext(this.#record), () => this.failed(failure));
  }

  /** Counts an attempt; returns how many there are with it. */
  begin(): number {
    return ++this.#attempts;
  }

  /** What follows a failed attempt: the wait before the next one, or 0 where it is given up on: its next turn says so. */
  failed(failure: ServiceError): number {
    if (!failure.targetAtFault) this.#counted++;
    if (!this.#isFinal(failure)) return this.#retry(failure);
    this.#giveUp(failure);
    return 0;
  }

  /**
   * As {@link failed}, where the call was one for several: it is not given up on before it has failed alone. `random` is the
   * same for all of them, so that they come back together.
   */
  failedTogether(failure: ServiceError, random: () => number): number {
    this.#ports.metrics.retry(this.#record.topic, failure.code);
    return this.#isFinal(failure) ? 0 : this.#waitMs(failure, random);
  }

  /** Its next turns are of `batching`. */
  join(batching: Batching): void {
    this.#batching = batching;
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

  async #turnAlone(cohort: Cohort): Result {
    const results = await this.#batching?.turn([this], cohort);
    return results?.[0];
  }

  /** What follows the call runs in its span's context, too, so that log lines and the dead letter belong to the attempt. */
  #attempt(to: EventSubscription, event: EventEnvelope, parent: Context, cohort: Cohort): Result {
    const attempt = this.begin();
    const { group } = this.#ports;
    const subscription = to.name;
    const span = startAttemptSpan({ record: this.#record, event, group, subscription, attempt, parent });
    return context.with(contextOf(span, parent), () => {
      const call = { record: this.#record, attempt, cohort, log: this.#log, memory: this };
      return callHandler(to, event, call).then((ended) => this.#called(ended, span, cohort));
    });
  }

  #called(ended: HandlerResult, span: Span, { cutOff }: Cohort): TurnResult | Result {
    endSpan(span, typeof ended === 'string' ? undefined : ended);
    if (typeof ended === 'string') return ended;
    // A call that we cut off says nothing about the record.
    if (cutOff?.code === 'CALL_ABORTED') return undefined;
    return this.#afterFailure(cutOff && ended.retryable ? cutOff : ended);
  }

  async #afterFailure(failure: ServiceError): Result {
    if (!failure.targetAtFault) this.#counted++;
    return this.#isFinal(failure) ? this.#writeLetter(this.#giveUp(failure)) : this.#retry(failure);
  }

  #isFinal({ retryable, targetAtFault }: ServiceError): boolean {
    return !retryable || (!targetAtFault && this.#isSpent);
  }

  #retry(failure: ServiceError): number {
    const { metrics, random } = this.#ports;
    const waitMs = this.#waitMs(failure, random);
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

  #waitMs({ retryAfterMs }: ServiceError, random: () => number): number {
    return retryDelayMs(this.#ports.retry, { attempt: this.#attempts, retryAfterMs, random });
  }

  /** What the API client reports is in its own line; an error that nobody foresaw is in this one alone. */
  #logRetry({ code, message, cause }: ServiceError, waitMs: number): void {
    const fields = { ...this.#position, code, message, attempt: this.#attempts, retryInMs: Math.round(waitMs) };
    if (code === 'UNEXPECTED') this.#log.warn({ ...fields, err: cause }, 'attempt failed');
    else this.#log.debug(fields, 'attempt failed');
  }

  #giveUp(failure: ServiceError): GivingUp {
    const { code, message, cause } = failure;
    const course = this.#givenUp(failure, context.active());
    this.#course = course;
    const fields = { ...this.#position, code, message, attempt: this.#attempts, dlq: course.letter.record.topic };
    this.#log.warn(code === 'UNEXPECTED' ? { ...fields, err: cause } : fields, 'given up on; goes to the dead letters');
    return course;
  }

  #givenUp(failure: ServiceError, within: Context): GivingUp {
    const { clock, keyTtlMs, group } = this.#ports;
    const nowMs = clock.now();
    const [firstAt, lastAt] = [new Date(this.#first?.atMs ?? nowMs), new Date(nowMs)];
    const [attempts, heardTypes] = [this.#attempts, this.#heardTypes];
    const reason = { failure, attempts, firstAt, lastAt, keyTtlMs, heardTypes };
    const letter = { record: deadLetterOf(this.#record, group, reason), log: this.#log, tries: 0 };
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
