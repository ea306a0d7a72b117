import { createLogger } from '@millrace/telemetry';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type BatchCall, FakeBatchApi } from './consumer-batch.test-support.ts';
import { createConsumer } from './consumer.ts';
import { orderPlaced, orderRecord, pass } from './consumer.test-support.ts';
import { InMemoryProducer } from '../testing/in-memory-producer.ts';
import { InMemorySource } from '../testing/in-memory-source.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { headerText, type RecordHeaders } from '../ports/record.ts';
import { ServiceError } from '../errors/service-error.ts';
import { onBatch } from './subscription.ts';

const partitions = [0, 1, 2];
const keysPerPartition = 5;
const concurrency = 3;
const maxSize = 6;
const log = createLogger({ service: 'test', level: 'silent' });
const brokerAway = new ServiceError('BROKER_UNAVAILABLE', 'by the dice');
const rejected = new ServiceError('API_REJECTED', 'answered 400');
const failures = [
  new ServiceError('API_UNAVAILABLE', 'answered 503', { status: 503 }),
  new ServiceError('API_UNAVAILABLE', 'answered 429', { retryAfterMs: 700 }),
  new ServiceError('API_TIMEOUT', 'not answered'),
  new TypeError('a bug'),
];

/** A topic, an API of batches and a broker that misbehave by the dice, and a member that is restarted now and then. */
class RandomBatchRun {
  readonly source = new InMemorySource('orders');
  readonly producer = new InMemoryProducer();
  /** What was seen to break a promise. */
  readonly broken: string[] = [];
  /** Calls by how many events they had. */
  readonly sizes: number[] = [];
  readonly #random: () => number;
  readonly #done = new Set<string>();
  readonly #committed = new Map<number, number>();
  /** By customer: the event that is called. */
  readonly #called = new Map<string, string>();
  #open = new Set<BatchCall>();
  #calm = false;
  #appended = 0;
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
    if (dice < 0.6) this.#append(partition);
    else if (dice < 0.7) this.source.revoke(partition);
    else if (dice < 0.85) this.#grant(partition);
    else if (dice < 0.88) await this.#restart();
    else if (dice < 0.91) await this.#crash();
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
    const all = partitions.map((each) => this.source.partition(each));
    return all.reduce((sum, { endOffset, committed }) => sum + endOffset - (committed?.offset ?? 0), 0);
  }

  /** Dead letters of events that no answer was ever about alone, and that were valid. */
  get wronglyGivenUp(): readonly string[] {
    const ids = this.producer.sent
      .filter(({ value }) => value?.toString() !== 'not JSON')
      .map(({ headers }) => idOf(headers));
    return ids.filter((id) => !this.#blamed.has(id));
  }

  readonly #blamed = new Set<string>();

  #newConsumer() {
    const api = new FakeBatchApi();
    api.answer = (call) => this.#answer(call);
    return createConsumer(
      {
        group: 'billing',
        startAt: 'earliest',
        targets: [],
        subscriptions: [onBatch(orderPlaced, api.handler, { name: 'invoice', maxSize, maxDelayMs: 60 })],
        concurrency,
        retry: { maxElapsedMs: 5_000, maxDelayMs: 1_000 },
        drainTimeoutMs: 500,
      },
      { source: () => this.source, producer: this.producer, log, random: () => this.#random() },
    );
  }

  /** Judges the call as it comes in, and ends it after a while; some do not listen when they are cut off. */
  #answer(call: BatchCall): void {
    this.sizes.push(call.ids.length);
    if (this.#open.size >= concurrency) this.broken.push(`${call.ids.join()} is one call too many`);
    if (call.ids.length > maxSize) this.broken.push(`${call.ids.join()} are too many events`);
    for (const { event } of call.items) this.#judge(event.id, event.data);
    this.#open.add(call);
    const end = () => {
      if (!this.#open.delete(call)) return;
      for (const { event } of call.items) this.#called.delete(event.data.customer);
      this.#end(call);
    };
    setTimeout(end, this.#random() * 300);
    if (this.#random() < 0.7) call.context.signal.addEventListener('abort', end);
  }

  #judge(id: string, { customer, number }: { readonly customer: string; readonly number: number }): void {
    if (this.#called.has(customer)) this.broken.push(`${id} overlaps with ${this.#called.get(customer)}`);
    const before = Array.from({ length: number }, (_, each) => `${customer}-${each}`).filter(
      (each) => !this.#isDone(each),
    );
    if (before.length > 0) this.broken.push(`${id} was called before ${before.join(', ')} had an outcome`);
    this.#called.set(customer, id);
  }

  /** All go well, or some by themselves fail, or all fail: maybe for one of them, which is then rejected when it is alone. */
  #end({ ids, done, fail }: BatchCall): void {
    const dice = this.#calm ? 1 : this.#random();
    const poisoned = ids.some((id) => isPoison(id));
    if (poisoned && ids.length > 1) return fail(rejected);
    if (dice < 0.2) return fail(this.#blame(ids, this.#pick(failures)));
    const results = ids.map((id) => (isPoison(id) ? rejected : this.#itemFailure(dice)));
    for (const [at, id] of ids.entries())
      if (results[at]) this.#blame([id], results[at]);
      else this.#done.add(id);
    done(results.some(Boolean) ? results : undefined);
  }

  #itemFailure(dice: number): ServiceError | undefined {
    if (dice >= 0.5 || this.#random() >= 0.3) return undefined;
    return this.#random() < 0.2 ? rejected : new ServiceError('API_UNAVAILABLE', 'item answered 503');
  }

  #blame(ids: readonly string[], failure: Error): Error {
    const [id] = ids;
    if (id !== undefined && ids.length === 1) this.#blamed.add(id);
    return failure;
  }

  #append(partition: number): void {
    for (let count = Math.ceil(this.#random() * 8); count > 0; count--) {
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
    this.#open = new Set();
    this.#called.clear();
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

/** The third order of some customers: the API rejects any batch that it is in. */
function isPoison(id: string): boolean {
  return id.endsWith(':1-2') || id.endsWith(':3-2');
}

/** The event's id; empty where the record is none. */
function idOf(headers: RecordHeaders): string {
  return headerText(headers, 'ce_id') ?? '';
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it.each(Array.from({ length: 20 }, (_, index) => index + 1))(
  'over faults, rebalances, restarts and crashes batches lose, overtake, overlap and blame nothing (seed %i)',
  async (seed) => {
    const run = new RandomBatchRun(seed);
    await run.start();
    for (let step = 0; step < 120; step++) await run.step();
    await run.settle();
    expect(run.broken).toEqual([]);
    expect(run.lost).toEqual([]);
    expect(run.wronglyGivenUp).toEqual([]);
    expect(run.lag).toBe(0);
    expect(Math.max(...run.sizes)).toBeGreaterThan(2);
  },
);
