import { createLogger } from '@millrace/telemetry';
import { vi } from 'vitest';
import { type Consumer, createConsumer } from './consumer.ts';
import { type Order, orderRecord, pass } from './consumer.test-support.ts';
import type { EventEnvelope } from '../events/event-envelope.ts';
import { InMemoryProducer } from '../testing/in-memory-producer.ts';
import { InMemorySource } from '../testing/in-memory-source.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { headerText, type RecordHeaders } from '../ports/record.ts';
import { ServiceError } from '../errors/service-error.ts';
import type { Subscription } from './subscription.ts';

const partitions = [0, 1, 2];
const keysPerPartition = 5;
const steps = 120;
const log = createLogger({ service: 'test', level: 'silent' });
const brokerAway = new ServiceError('BROKER_UNAVAILABLE', 'by the dice');

export interface RandomRunOptions {
  readonly seed: number;
  readonly concurrency: number;
  /** Made anew for each life of the consumer; tells the run of its calls. */
  readonly subscribe: (run: RandomRun) => Subscription;
}

/**
 * A topic and a broker that misbehave by the dice, and a group of one member that is restarted now and then; use it under fake
 * timers. Calls are judged as they come in, commits after each step.
 */
export class RandomRun {
  readonly producer = new InMemoryProducer();
  /** From 0 to 1. */
  readonly random: () => number;
  readonly #options: RandomRunOptions;
  readonly #source = new InMemorySource('orders');
  /** What was seen to break a promise. */
  readonly #broken: string[] = [];
  readonly #done = new Set<string>();
  readonly #committed = new Map<number, number>();
  readonly #calls = new Set<object>();
  /** By customer: the event that is called. */
  readonly #called = new Map<string, string>();
  #consumer: Consumer;
  #calm = false;
  #appended = 0;

  constructor(options: RandomRunOptions) {
    this.#options = options;
    this.random = seededRandom(options.seed);
    this.producer.beforeWrite = () => this.#perhapsFail();
    this.#source.beforeCommit = () => this.#perhapsFail();
    this.#consumer = this.#newConsumer();
  }

  /** No more faults. */
  get calm(): boolean {
    return this.#calm;
  }

  /** What broke a promise, which records have no outcome, and how far the commits are behind. */
  get verdict(): { readonly broken: readonly string[]; readonly lost: readonly string[]; readonly lag: number } {
    return { broken: this.#broken, lost: this.#lost, lag: this.#lag };
  }

  /** Many steps, then all faults end, and everything finishes. */
  async toTheEnd(): Promise<void> {
    await this.#start();
    for (let step = 0; step < steps; step++) await this.#step();
    this.#calm = true;
    for (const partition of partitions) this.#grant(partition);
    await pass(120_000);
    this.#judgeCommits();
  }

  /** A call has come in, to be ended by `end` after a while; some do not listen when they are cut off. */
  called(events: readonly EventEnvelope<Order>[], signal: AbortSignal, end: () => void): void {
    const call = {};
    if (this.#calls.size >= this.#options.concurrency)
      this.breaks(`${events.map(({ id }) => id).join()} is one call too many`);
    for (const event of events) this.#judge(event);
    this.#calls.add(call);
    const endOnce = () => {
      if (!this.#calls.delete(call)) return;
      for (const { data } of events) this.#called.delete(data.customer);
      end();
    };
    setTimeout(endOnce, this.random() * 400);
    if (this.random() < 0.7) signal.addEventListener('abort', endOnce);
  }

  /** The API has acted on it. */
  done(id: string): void {
    this.#done.add(id);
  }

  breaks(promise: string): void {
    this.#broken.push(promise);
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.random() * items.length)] as Item;
  }

  #judge({ id, data: { customer, number } }: EventEnvelope<Order>): void {
    if (this.#called.has(customer)) this.breaks(`${id} overlaps with ${this.#called.get(customer)}`);
    const before = Array.from({ length: number }, (_, each) => `${customer}-${each}`);
    const undone = before.filter((each) => !this.#isDone(each));
    if (undone.length > 0) this.breaks(`${id} was called before ${undone.join(', ')} had an outcome`);
    this.#called.set(customer, id);
  }

  async #start(): Promise<void> {
    await this.#consumer.start();
    for (const partition of partitions) this.#source.grant(partition);
  }

  async #step(): Promise<void> {
    const dice = this.random();
    const partition = this.pick(partitions);
    if (dice < 0.6) this.#append(partition);
    else if (dice < 0.7) this.#source.revoke(partition);
    else if (dice < 0.85) this.#grant(partition);
    else if (dice < 0.88) await this.#restart();
    else if (dice < 0.91) await this.#crash();
    await pass(this.random() * 200);
    this.#judgeCommits();
  }

  /** Appended records without an outcome. */
  get #lost(): readonly string[] {
    const all = partitions.flatMap((partition) => this.#source.partition(partition).log);
    return all.map(({ headers }) => idOf(headers)).filter((id) => id && !this.#isDone(id));
  }

  get #lag(): number {
    const all = partitions.map((each) => this.#source.partition(each));
    return all.reduce((sum, { endOffset, committed }) => sum + endOffset - (committed?.offset ?? 0), 0);
  }

  #newConsumer(): Consumer {
    const { concurrency, subscribe } = this.#options;
    return createConsumer(
      {
        group: 'billing',
        startAt: 'earliest',
        targets: [],
        subscriptions: [subscribe(this)],
        concurrency,
        retry: { maxElapsedMs: 5_000, maxDelayMs: 1_000 },
        drainTimeoutMs: 500,
      },
      { source: () => this.#source, producer: this.producer, log, random: this.random },
    );
  }

  #append(partition: number): void {
    for (let count = Math.ceil(this.random() * 8); count > 0; count--) {
      const gap = this.random() < 0.2 ? Math.ceil(this.random() * 3) : 0;
      const offset = this.#source.partition(partition).endOffset + gap;
      this.#source.append(partition, { ...this.#newRecord(partition), offset });
    }
  }

  #newRecord(partition: number) {
    if (this.random() < 0.1) return { key: null, value: null, headers: {} };
    const customer = `${partition}:${Math.floor(this.random() * keysPerPartition)}`;
    const count = this.#source.partition(partition).log.filter(({ key }) => key?.toString() === customer).length;
    const record = orderRecord(customer, count);
    this.#appended++;
    return this.#appended % 10 === 0 ? { ...record, value: Buffer.from('not JSON') } : record;
  }

  #grant(partition: number): void {
    if (!this.#source.partition(partition).lease) this.#source.grant(partition);
  }

  async #restart(): Promise<void> {
    const stopping = this.#consumer.stop();
    await pass(3_000);
    await stopping;
    await this.#begin();
  }

  /** The process is gone: its timers and its calls with it. */
  async #crash(): Promise<void> {
    for (const partition of partitions) this.#source.revoke(partition);
    vi.clearAllTimers();
    await this.#begin();
  }

  async #begin(): Promise<void> {
    for (const partition of partitions) this.#source.partition(partition).lease = undefined;
    this.#calls.clear();
    this.#called.clear();
    this.#consumer = this.#newConsumer();
    await this.#start();
  }

  #judgeCommits(): void {
    for (const { partition, offset } of this.#source.commits.splice(0)) {
      const last = this.#committed.get(partition) ?? 0;
      if (offset < last) this.breaks(`partition ${partition} was committed at ${offset}, after ${last}`);
      this.#committed.set(partition, offset);
      const below = this.#source.partition(partition).log.filter((record) => record.offset < offset);
      const undone = below.map(({ headers }) => idOf(headers)).filter((id) => id && !this.#isDone(id));
      if (undone.length > 0) this.breaks(`partition ${partition} at ${offset} passed ${undone.join(', ')}`);
    }
  }

  #isDone(id: string): boolean {
    return this.#done.has(id) || this.producer.sent.some(({ headers }) => idOf(headers) === id);
  }

  #perhapsFail(): Promise<void> {
    return !this.#calm && this.random() < 0.3 ? Promise.reject(brokerAway) : Promise.resolve();
  }
}

/** The event's id; empty where the record is none. */
export function idOf(headers: RecordHeaders): string {
  return headerText(headers, 'ce_id') ?? '';
}
