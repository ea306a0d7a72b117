import { createLogger } from '@millrace/telemetry';
import { vi } from 'vitest';
import { z } from 'zod';
import { createConsumer, type ConsumerPorts } from './consumer.ts';
import type { ConsumerOptions } from './consumer-options.ts';
import { defineEvent } from '../events/define-event.ts';
import { createEvent, encodeEvent, type EventEnvelope } from '../events/event-envelope.ts';
import { InMemoryProducer } from '../testing/in-memory-producer.ts';
import { InMemorySource, type NewRecord } from '../testing/in-memory-source.ts';
import type { RecordHeaders } from '../ports/record.ts';
import { type Handler, type HandlerContext, on } from './subscription.ts';

export interface Order {
  readonly customer: string;
  readonly number: number;
}

export const orderPlaced = defineEvent<Order>({
  type: 'OrderPlaced',
  version: 1,
  description: 'A customer placed an order.',
  topic: 'orders',
  schema: z.object({ customer: z.string(), number: z.number() }),
  key: ({ customer }) => customer,
  examples: [{ customer: 'ann', number: 1 }],
});

/** The record of an order; its event id is `<customer>-<number>`. */
export function orderRecord(customer: string, number: number, headers: RecordHeaders = {}): NewRecord {
  const event = createEvent(orderPlaced, { customer, number }, { source: '/shop', id: `${customer}-${number}` });
  const record = encodeEvent('orders', event);
  return { ...record, headers: { ...record.headers, ...headers } };
}

/** One call that the handler got, to be ended by the test. */
export interface HandlerCall {
  /** The event's id. */
  readonly id: string;
  readonly event: EventEnvelope<Order>;
  readonly context: HandlerContext;
  done(): void;
  fail(error: unknown): void;
}

/** An API whose answers the test decides, one call at a time unless `answer` is set. */
export class FakeApi {
  /** Every call so far, oldest first. */
  readonly calls: HandlerCall[] = [];
  /** The calls that have not ended. */
  readonly open = new Set<HandlerCall>();
  /** Called with each call as it comes in. */
  answer: (call: HandlerCall) => void = () => undefined;

  readonly handler: Handler<Order> = (event, context) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const end = (settle: () => void) => () => {
      this.open.delete(call);
      settle();
    };
    const fail = (error: unknown) => end(() => reject(error))();
    const call: HandlerCall = { id: event.id, event, context, done: end(resolve), fail };
    this.calls.push(call);
    this.open.add(call);
    this.answer(call);
    return promise;
  };

  /** Ids of all calls, in order. */
  get ids(): readonly string[] {
    return this.calls.map(({ id }) => id);
  }

  /** The newest call of an event; throws where there is none. */
  call(id: string): HandlerCall {
    const call = this.calls.findLast((each) => each.id === id);
    if (!call) throw new Error(`${id} was not called; called were ${this.ids.join(', ') || 'none'}`);
    return call;
  }
}

export interface ConsumerUnderTestOptions extends Partial<ConsumerOptions>, Pick<ConsumerPorts, 'ended'> {
  readonly random?: () => number;
  /** Of the subscription. */
  readonly maxAgeMs?: number;
}

/** A consumer of group `billing` on a source, a producer and an API in memory; use it under fake timers. */
export function consumerUnderTest({
  random = () => 1,
  ended = () => undefined,
  maxAgeMs,
  ...options
}: ConsumerUnderTestOptions = {}) {
  const source = new InMemorySource('orders');
  const producer = new InMemoryProducer();
  const api = new FakeApi();
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>);
  const log = createLogger({ service: 'test', level: 'debug', destination: { write } });
  const subscriptions = [
    on(orderPlaced, api.handler, { name: 'invoice', ...(maxAgeMs !== undefined && { maxAgeMs }) }),
  ];
  const consumer = createConsumer(
    { group: 'billing', startAt: 'earliest', targets: [], subscriptions, ...options },
    { source: () => source, producer, log, random, ended },
  );
  return { consumer, source, producer, api, lines };
}

/** What comes again of `orders`, for the consumer of `source`; to be asked for before that starts. */
export function replaysBeside(source: InMemorySource): InMemorySource {
  const replays = new InMemorySource('orders.billing.replay');
  source.start = async (sink) => {
    await replays.start(sink);
    await InMemorySource.prototype.start.call(source, sink);
  };
  return replays;
}

/** {@link consumerUnderTest}, started, with partition 0 granted. */
export async function runningConsumer(options: ConsumerUnderTestOptions = {}) {
  const parts = consumerUnderTest(options);
  await parts.consumer.start();
  const lease = parts.source.grant(0);
  return { ...parts, lease };
}

/** Lets everything happen that needs no time to pass. */
export const settle = () => vi.advanceTimersByTimeAsync(0);

/** Lets `ms` pass. */
export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
