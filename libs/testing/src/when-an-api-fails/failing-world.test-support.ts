import { setImmediate } from 'node:timers/promises';
import { createInMemoryTarget, type InMemoryAnswer, type InMemoryRequest } from '@millrace/http-client/testing';
import type { HttpTarget, TargetOptions } from '@millrace/http-client';
import {
  type ConsumerOptions,
  createConsumer,
  createEvent,
  defineEvent,
  encodeEvent,
  type HandlerContext,
  on,
  type Subscription,
} from '@millrace/messaging';
import { InMemoryProducer, InMemorySource, VirtualClock } from '@millrace/messaging/testing';
import { createLogger } from '@millrace/telemetry';
import { z } from 'zod';

const schema = z.object({ customer: z.string(), number: z.number() });

export const contract = defineEvent({
  type: 'OrderPlaced',
  version: 1,
  description: 'A customer placed an order.',
  topic: 'orders',
  schema,
  key: ({ customer }) => customer,
  examples: [{ customer: 'ann', number: 1 }],
});

/** A call as the API gets it. */
export interface Call {
  /** `<customer>-<number>`; of a call for several orders all of them. */
  readonly id: string;
  readonly atMs: number;
  readonly idempotencyKey: string | undefined;
}

/** A status, with headers or not; or no answer, or no connection. */
export type ApiAnswer = number | InMemoryAnswer | 'hangs' | 'refused';

export interface WorldOptions {
  /** @default 200 */
  readonly api?: (call: Call) => ApiAnswer;
  readonly consumer?: Partial<ConsumerOptions>;
  readonly target?: Partial<TargetOptions>;
  /** @default posts the order */
  readonly handler?: (api: HttpTarget, data: unknown, context: HandlerContext) => Promise<unknown>;
  readonly maxAgeMs?: number;
  /** From 0 to 1, for waits and probes. @default 1 */
  readonly random?: () => number;
  /** Instead of a call for each order. */
  readonly subscription?: (api: HttpTarget) => Subscription;
}

/** The shipped consumer and target, on one partition and an API in memory, and a clock that goes on when it is told to. */
export class FailingWorld {
  readonly clock = new VirtualClock();
  readonly source = new InMemorySource('orders');
  readonly producer = new InMemoryProducer();
  readonly calls: Call[] = [];
  readonly outcomes: string[] = [];
  readonly lines: Record<string, unknown>[] = [];
  /** Changed by tests as time goes on. */
  api: (call: Call) => ApiAnswer;
  readonly #target: HttpTarget;
  readonly #consumer;

  private constructor({
    api = () => 200,
    consumer,
    target,
    handler = post,
    maxAgeMs,
    subscription,
    random = () => 1,
  }: WorldOptions) {
    const { clock, source, producer } = this;
    this.api = api;
    const write = (line: string) => void this.lines.push(JSON.parse(line) as Record<string, unknown>);
    const log = createLogger({ service: 'test', level: 'warn', destination: { write } });
    this.#target = createInMemoryTarget((request) => this.#answer(request), {
      name: 'crm',
      timeoutMs: 5_000,
      log,
      clock,
      ...target,
    });
    const each = on(contract, ({ data }, context) => handler(this.#target, data, context), {
      name: 'crm',
      ...(maxAgeMs !== undefined && { maxAgeMs }),
    });
    const ended = (_: unknown, outcome: string) => void this.outcomes.push(outcome);
    this.#consumer = createConsumer(
      {
        group: 'crm',
        startAt: 'earliest',
        targets: [this.#target],
        subscriptions: [subscription?.(this.#target) ?? each],
        ...consumer,
      },
      { source: () => source, producer, log, clock, random, ended },
    );
  }

  static async begin(options: WorldOptions = {}): Promise<FailingWorld> {
    const world = new FailingWorld(options);
    await world.#consumer.start();
    world.source.grant(0);
    return world;
  }

  /** Orders `from` to before `to` of each customer, in turn. */
  order(customers: readonly string[], from = 1, to = from + 1): void {
    for (let number = from; number < to; number++) for (const customer of customers) this.append({ customer, number });
  }

  /** With another value than its own, where one is given. */
  append(data: { readonly customer: string; readonly number: number }, value?: Buffer): void {
    const options = { source: '/shop', id: `${data.customer}-${data.number}`, now: new Date(this.clock.now()) };
    const record = encodeEvent('orders', createEvent(contract, data, options));
    // Where nobody asks how long it is kept, it is of no age.
    const age = this.source.retentionMs === undefined ? {} : { timestampMs: this.clock.now() };
    this.source.append(0, { ...record, ...age, ...(value && { value }) });
  }

  /** Lets `ms` pass. */
  async pass(ms: number): Promise<void> {
    let over = false;
    this.clock.after(ms, () => (over = true));
    await setImmediate();
    while (!over && this.clock.next()) await setImmediate();
    await setImmediate();
  }

  get state() {
    const { targets, ...state } = this.#consumer.state();
    return { ...state, target: targets[0] };
  }

  get letters(): readonly Readonly<Record<string, unknown>>[] {
    return this.producer.sent.map(({ headers }) => headers);
  }

  /** Ids of the calls so far. */
  get called(): readonly string[] {
    return this.calls.map(({ id }) => id);
  }

  get committed(): number {
    return this.source.partition(0).committed?.offset ?? -1;
  }

  stop(): Promise<void> {
    return this.#consumer.stop();
  }

  async #answer({ headers, body, signal }: InMemoryRequest): Promise<InMemoryAnswer> {
    const { customer, number, ids } = JSON.parse(body ?? '{}') as { customer: string; number: number; ids?: string[] };
    const call = {
      id: ids?.join(' ') ?? `${customer}-${number}`,
      atMs: this.clock.mark(),
      idempotencyKey: headers['idempotency-key'],
    };
    this.calls.push(call);
    const answer = this.api(call);
    if (answer === 'refused') throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
    if (answer === 'hangs') await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return typeof answer === 'object' ? answer : { status: Number(answer) || 500 };
  }
}

async function post(api: HttpTarget, data: unknown, context: HandlerContext): Promise<void> {
  await api.post('/orders', data, context);
}
