import { createLogger } from '@millrace/telemetry';
import { type ConsumerPorts, createConsumer } from './consumer.ts';
import type { ConsumerOptions } from './consumer-options.ts';
import { type Order, orderPlaced } from './consumer.test-support.ts';
import { InMemoryProducer } from '../testing/in-memory-producer.ts';
import { InMemorySource } from '../testing/in-memory-source.ts';
import { type BatchContext, type BatchHandler, type BatchItem, type ItemResults, onBatch } from './subscription.ts';

/** One call of a batch, to be ended by the test. */
export interface BatchCall {
  /** Of its events. */
  readonly ids: readonly string[];
  readonly items: readonly BatchItem<Order>[];
  readonly context: BatchContext;
  done(results?: ItemResults): void;
  fail(error: unknown): void;
}

/** An API that takes batches, whose answers the test decides, one call at a time unless `answer` is set. */
export class FakeBatchApi {
  /** Every call so far, oldest first. */
  readonly calls: BatchCall[] = [];
  /** Called with each call as it comes in. */
  answer: (call: BatchCall) => void = () => undefined;

  readonly handler: BatchHandler<Order> = (items, context) => {
    const { promise, resolve, reject } = Promise.withResolvers<ItemResults | void>();
    const ids = items.map(({ event }) => event.id);
    const call: BatchCall = { ids, items, context, done: resolve, fail: reject };
    this.calls.push(call);
    this.answer(call);
    return promise;
  };

  /** The ids of each call's events. */
  get ids(): readonly (readonly string[])[] {
    return this.calls.map(({ ids }) => ids);
  }

  get last(): BatchCall {
    const call = this.calls.at(-1);
    if (!call) throw new Error('nothing was called');
    return call;
  }
}

export interface BatchingUnderTestOptions extends Partial<ConsumerOptions>, Pick<ConsumerPorts, 'ended'> {
  /** What is put around the API's handler. @default nothing */
  readonly around?: (handler: BatchHandler<Order>) => BatchHandler<Order>;
  readonly maxSize?: number;
  readonly maxDelayMs?: number;
  readonly maxAgeMs?: number;
}

/** A consumer of group `billing` that takes orders in batches, started, with partitions 0 and 1; use it under fake timers. */
export async function runningBatchConsumer({
  maxSize = 3,
  maxDelayMs = 50,
  maxAgeMs,
  around = (handler) => handler,
  ended = () => undefined,
  ...options
}: BatchingUnderTestOptions = {}) {
  const source = new InMemorySource('orders');
  const producer = new InMemoryProducer();
  const api = new FakeBatchApi();
  const log = createLogger({ service: 'test', level: 'silent' });
  const limits = { name: 'invoice', maxSize, maxDelayMs, ...(maxAgeMs !== undefined && { maxAgeMs }) };
  const consumer = createConsumer(
    {
      group: 'billing',
      startAt: 'earliest',
      targets: [],
      subscriptions: [onBatch(orderPlaced, around(api.handler), limits)],
      ...options,
    },
    { source: () => source, producer, log, random: () => 1, ended },
  );
  await consumer.start();
  const leases = [source.grant(0), source.grant(1)] as const;
  return { consumer, source, producer, api, leases };
}
