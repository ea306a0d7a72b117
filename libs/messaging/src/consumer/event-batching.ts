import { type Logger, withLogFields } from '@millrace/telemetry';
import { context } from '@opentelemetry/api';
import { batchKeyOf } from './batch-key.ts';
import { BatchTrace } from './batch-trace.ts';
import type { Batching, TurnResult } from '../engine/delivery.ts';
import { callBatchHandler } from './call-batch-handler.ts';
import { idempotencyKeyOf, orderOf, timesReplayed } from './call-handler.ts';
import type { Cohort } from '../engine/cohort.ts';
import { doneBefore } from '../once/done-before.ts';
import type { EventDelivery, EventDeliveryPorts } from './event-delivery.ts';
import type { KafkaRecord } from '../ports/record.ts';
import { errorCodes } from '../errors/error-codes.ts';
import { ServiceError } from '../errors/service-error.ts';
import type { BatchItem, BatchLimits, BatchSubscription, ItemResult, ItemResults } from './subscription.ts';

export interface EventBatchingOptions extends BatchLimits {
  readonly subscription: BatchSubscription;
  /** Of which batch these are a part; undefined where they are none. */
  readonly about?: string;
}

type Ports = Pick<EventDeliveryPorts, 'group' | 'random' | 'metrics' | 'log'>;

/** One event of a call. */
interface Called {
  readonly delivery: EventDelivery;
  readonly record: KafkaRecord;
  readonly answers: number;
  readonly item: BatchItem;
}

interface Attempt {
  readonly trace: BatchTrace;
  readonly cohort: Cohort;
}

/**
 * Batches of one subscription's events, from all partitions. What fails as a whole, maybe for one of its events, is called
 * again in halves: no event is given up on for what was said of a batch before it was alone in one.
 */
export class EventBatching implements Batching {
  readonly maxSize: number;
  readonly maxDelayMs: number;
  readonly #subscription: BatchSubscription;
  readonly #ports: Ports;
  readonly #about: string | undefined;
  readonly #log: Logger;

  constructor({ subscription, about, maxSize, maxDelayMs }: EventBatchingOptions, ports: Ports) {
    this.maxSize = maxSize;
    this.maxDelayMs = maxDelayMs;
    this.#subscription = subscription;
    this.#ports = ports;
    this.#about = about;
    this.#log = withLogFields(ports.log, { eventType: subscription.contract.type, subscription: subscription.name });
  }

  async turn(deliveries: readonly EventDelivery[], cohort: Cohort): Promise<readonly TurnResult[]> {
    const opened = deliveries.map((delivery) => this.#open(delivery));
    const called = opened.filter((each) => typeof each === 'object');
    const results = called.length > 0 ? await this.#attempt(called, cohort) : [];
    let next = 0;
    return opened.map((each) => (typeof each === 'object' ? results[next++] : each));
  }

  /** What is called, or what becomes of an event without a call. */
  #open(delivery: EventDelivery): Called | number | 'expired' {
    const event = delivery.open();
    if (event === 'expired') return event;
    if (event instanceof ServiceError) return delivery.unreadable(event);
    const { record, answers } = delivery;
    const idempotencyKey = idempotencyKeyOf(this.#subscription, event.id);
    const order = orderOf(record, event.id);
    const item = { event, idempotencyKey, order, attempt: delivery.begin(), replays: timesReplayed(record) };
    return { delivery, record, answers, item };
  }

  #attempt(called: readonly Called[], cohort: Cohort): Promise<readonly TurnResult[]> {
    const { group, metrics } = this.#ports;
    const { name: subscription, contract } = this.#subscription;
    metrics.batch(subscription, called.length);
    const trace = new BatchTrace({ topic: contract.topic, group, subscription, items: called });
    return context.with(trace.within, async () => {
      const said = await this.#call(called, cohort);
      if (said instanceof ServiceError) return this.#failed(called, said, { trace, cohort });
      const results = called.map((each, at) => this.#settled(each, said?.[at], trace));
      trace.end(undefined);
      return results;
    });
  }

  #call(called: readonly Called[], cohort: Cohort): Promise<ItemResults | ServiceError | undefined> {
    const items = called.map(({ item }) => item);
    const attempt = items.reduce((most, item) => Math.max(most, item.attempt), 1);
    const idempotencyKey = batchKeyOf(this.#subscription.name, called);
    const about = this.#about ?? idempotencyKey;
    return callBatchHandler(this.#subscription, items, {
      get signal() {
        return cohort.signal;
      },
      attempt,
      idempotencyKey,
      about,
      log: this.#log,
    });
  }

  #settled(called: Called, result: ItemResult, trace: BatchTrace): TurnResult {
    const failure = result === doneBefore ? undefined : result;
    trace.endItem(called, failure);
    if (!failure) return result === doneBefore ? 'skipped' : 'completed';
    called.delivery.answers++;
    return context.with(trace.contextOf(called), () => called.delivery.failed(failure));
  }

  #failed(
    called: readonly Called[],
    said: ServiceError,
    { trace, cohort: { cutOff } }: Attempt,
  ): readonly TurnResult[] {
    trace.end(said);
    // A call that we cut off says nothing about its events.
    if (cutOff?.code === 'CALL_ABORTED') return called.map(() => undefined);
    const failure = cutOff && said.retryable ? cutOff : said;
    if (called.length === 1 || isNotRepeatable(failure))
      return called.map((each) => context.with(trace.contextOf(each), () => each.delivery.failed(failure)));
    const drawn = this.#ports.random();
    const waitsMs = called.map(({ delivery }) => delivery.failedTogether(failure, () => drawn));
    const halved = mayBeOfOne(failure) || waitsMs.includes(0);
    if (halved) this.#halve(called);
    this.#logFailure(failure, { size: called.length, halved });
    return waitsMs;
  }

  #halve(called: readonly Called[]): void {
    const middle = Math.ceil(called.length / 2);
    const about = this.#about ?? batchKeyOf(this.#subscription.name, called);
    for (const half of [called.slice(0, middle), called.slice(middle)]) {
      const { maxDelayMs } = this;
      const options = { subscription: this.#subscription, about, maxSize: half.length, maxDelayMs };
      const batching = new EventBatching(options, this.#ports);
      for (const { delivery } of half) delivery.join(batching);
    }
  }

  #logFailure({ code, message, cause }: ServiceError, fields: object): void {
    if (code === 'UNEXPECTED') this.#log.warn({ ...fields, code, message, err: cause }, 'batch failed');
    else this.#log.debug({ ...fields, code, message }, 'batch failed');
  }
}

/**
 * Whether a batch may have failed for one of its events, or for its size. An API that is busy, away or short of calls says
 * nothing of them: then the same batch is tried again.
 */
function mayBeOfOne({ code, retryable, status, targetAtFault }: ServiceError): boolean {
  return !targetAtFault && (!retryable || code === 'UNEXPECTED' || code === 'API_TIMEOUT' || status === 500);
}

/** It may have been acted on, by an API that would do so again: no part of it is called once more. */
function isNotRepeatable({ code, retryable }: ServiceError): boolean {
  return !retryable && errorCodes[code].retryable;
}
