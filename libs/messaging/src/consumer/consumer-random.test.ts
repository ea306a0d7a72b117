import { createLogger } from '@millrace/telemetry';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createConsumer } from './consumer.ts';
import { FakeApi, type HandlerCall, orderPlaced, orderRecord, pass } from './consumer.test-support.ts';
import { InMemoryProducer } from '../testing/in-memory-producer.ts';
import { InMemorySource } from '../testing/in-memory-source.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { headerText, type RecordHeaders } from '../ports/record.ts';
import { ServiceError } from '../errors/service-error.ts';
import { on } from './subscription.ts';

const partitions = [0, 1, 2];
const keysPerPartition = 4;
const log = createLogger({ service: 'test', level: 'silent' });
const brokerAway = new ServiceError('BROKER_UNAVAILABLE', 'by the dice');
const failures = [
  new ServiceError('API_UNAVAILABLE', 'answered 503'),
  new ServiceError('API_UNAVAILABLE', 'answered 429', { retryAfterMs: 700 }),
  new ServiceError('API_REJECTED', 'answered 400'),
  new TypeError('a bug'),
];

/** A topic, an API and a broker that misbehave by the dice, and a group of one member that is restarted now and then. */
class RandomRun {
  readonly source = new InMemorySource('orders');
  readonly producer = new InMemoryProducer();
  /** What was seen to break a promise. */
  readonly broken: string[] = [];
  readonly #random: () => number;
  readonly #done = new Set<string>();
  readonly #open = new Map<string, string>();
  readonly #committed = new Map<number, number>();
  #calm = false;
  #appended = 0;
  #api = new FakeApi();
  #consumer = this.#newConsumer();

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.producer.beforeWrite = () => this.#perhapsFail();
    this.source.beforeCommit = () => this.#perhapsFail();
  }

  async start(): Promise<void> {
    await this.#consumer.start();
    for (const partition of partitions) this.source.grant(partition);
  }

  async step(): Promise<void> {
    const dice = this.#random();
    const partition = this.#pick(partitions);
    if (dice < 0.5) this.#append(partition);
    else if (dice < 0.6) this.source.revoke(partition);
    else if (dice < 0.75) this.#grant(partition);
    else if (dice < 0.78) await this.#restart();
    else if (dice < 0.81) await this.#crash();
    await pass(this.#random() * 200);
    this.#judgeCommits();
  }

  /** Lets all faults end, and everything finish. */
  async settle(): Promise<void> {
    this.#calm = true;
    for (const partition of partitions) this.#grant(partition);
    await pass(120_000);
    this.#judgeCommits();
  }

  /** Appended records without an outcome. */
  get lost(): readonly string[] {
    const all = partitions.flatMap((partition) => this.source.partition(partition).log);
    return all.map(({ headers }) => idOf(headers)).filter((id) => id && !this.#isDone(id));
  }

  get lag(): number {
    const lags = partitions
      .map((each) => this.source.partition(each))
      .map((each) => each.endOffset - (each.committed?.offset ?? 0));
    return lags.reduce((sum, lag) => sum + lag, 0);
  }

  #newConsumer() {
    this.#api = new FakeApi();
    this.#api.answer = (call) => this.#answer(call);
    return createConsumer(
      {
        group: 'billing',
        startAt: 'earliest',
        targets: [],
        subscriptions: [on(orderPlaced, this.#api.handler, { name: 'invoice' })],
        concurrency: 5,
        retry: { maxElapsedMs: 5_000, maxDelayMs: 1_000 },
        drainTimeoutMs: 500,
      },
      { source: () => this.source, producer: this.producer, log, random: () => this.#random() },
    );
  }

  /** Judges the call as it comes in, and ends it after a while; some do not listen when they are cut off. */
  #answer(call: HandlerCall): void {
    const { customer, number } = call.event.data;
    if (this.#open.has(customer)) this.broken.push(`${call.id} overlaps with ${this.#open.get(customer)}`);
    const before = Array.from({ length: number }, (_, each) => `${customer}-${each}`).filter((id) => !this.#isDone(id));
    if (before.length > 0) this.broken.push(`${call.id} was called before ${before.join(', ')} had an outcome`);
    if (this.#open.size >= 5) this.broken.push(`${call.id} is one call too many`);
    this.#open.set(customer, call.id);
    const end = () => {
      if (!this.#api.open.has(call)) return;
      this.#open.delete(customer);
      if (!this.#calm && this.#random() < 0.4) return call.fail(this.#pick(failures));
      this.#done.add(call.id);
      call.done();
    };
    setTimeout(end, this.#random() * 400);
    if (this.#random() < 0.7) call.context.signal.addEventListener('abort', end);
  }

  #append(partition: number): void {
    for (let count = Math.ceil(this.#random() * 6); count > 0; count--) {
      const gap = this.#random() < 0.2 ? Math.ceil(this.#random() * 3) : 0;
      const offset = this.source.partition(partition).endOffset + gap;
      this.source.append(partition, { ...this.#newRecord(partition), offset });
    }
  }

  #newRecord(partition: number) {
    if (this.#random() < 0.1) return { key: null, value: null, headers: {} };
    const customer = `${partition}:${Math.floor(this.#random() * keysPerPartition)}`;
    const count = this.source.partition(partition).log.filter(({ key }) => key?.toString() === customer).length;
    const record = orderRecord(customer, count);
    this.#appended++;
    return this.#appended % 10 === 0 ? { ...record, value: Buffer.from('not JSON') } : record;
  }

  #grant(partition: number): void {
    if (!this.source.partition(partition).lease) this.source.grant(partition);
  }

  async #restart(): Promise<void> {
    const stopping = this.#consumer.stop();
    await pass(3_000);
    await stopping;
    await this.#begin();
  }

  /** The process is gone: its timers and its calls with it. */
  async #crash(): Promise<void> {
    for (const partition of partitions) this.source.revoke(partition);
    vi.clearAllTimers();
    await this.#begin();
  }

  async #begin(): Promise<void> {
    for (const partition of partitions) this.source.partition(partition).lease = undefined;
    this.#open.clear();
    this.#consumer = this.#newConsumer();
    await this.start();
  }

  #judgeCommits(): void {
    for (const { partition, offset } of this.source.commits.splice(0)) {
      const last = this.#committed.get(partition) ?? 0;
      if (offset < last) this.broken.push(`partition ${partition} was committed at ${offset}, after ${last}`);
      this.#committed.set(partition, offset);
      const below = this.source.partition(partition).log.filter((record) => record.offset < offset);
      const undone = below.map(({ headers }) => idOf(headers)).filter((id) => id && !this.#isDone(id));
      if (undone.length > 0) this.broken.push(`partition ${partition} at ${offset} passed ${undone.join(', ')}`);
    }
  }

  #isDone(id: string): boolean {
    return this.#done.has(id) || this.producer.sent.some(({ headers }) => idOf(headers) === id);
  }

  #perhapsFail(): Promise<void> {
    return !this.#calm && this.#random() < 0.3 ? Promise.reject(brokerAway) : Promise.resolve();
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random() * items.length)]!;
  }
}

/** The event's id; empty where the record is none. */
function idOf(headers: RecordHeaders): string {
  return headerText(headers, 'ce_id') ?? '';
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('over faults, rebalances, restarts and crashes', () => {
  it.each(Array.from({ length: 20 }, (_, index) => index + 1))(
    'nothing is lost, overtaken, overlapped or committed too early (seed %i)',
    async (seed) => {
      const run = new RandomRun(seed);
      await run.start();
      for (let step = 0; step < 120; step++) await run.step();
      await run.settle();
      expect(run.broken).toEqual([]);
      expect(run.lost).toEqual([]);
      expect(run.lag).toBe(0);
    },
  );
});
