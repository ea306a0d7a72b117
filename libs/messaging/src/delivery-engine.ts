import type { Logger } from '@millrace/telemetry';
import { BackPressure } from './back-pressure.ts';
import type { Clock } from './clock.ts';
import { ConsumerMetrics, type PartitionLag } from './consumer-metrics.ts';
import type { ConsumerSettings } from './consumer-options.ts';
import { DeadLetterWriter } from './dead-letter-writer.ts';
import { Delivery, type DeliveryPorts } from './delivery.ts';
import { eventTypeOf } from './event-envelope.ts';
import { KeyedQueue } from './keyed-queue.ts';
import { LeaseWork } from './lease-work.ts';
import type { Outcome } from './outcome.ts';
import type { KafkaRecord } from './record.ts';
import type { RecordProducer } from './record-producer.ts';
import type { PartitionLease, PartitionProgress, RecordSink } from './record-source.ts';
import { settledWithin } from './settled-within.ts';
import type { Subscription } from './subscription.ts';

export interface DeliveryEnginePorts {
  readonly producer: RecordProducer;
  readonly random: () => number;
  readonly clock: Clock;
  readonly ended: (record: KafkaRecord, outcome: Outcome) => void;
  readonly log: Logger;
  readonly progress: () => readonly PartitionProgress[];
}

/** From the first outcome that is not committed to the commit. */
const commitDelayMs = 250;
/** How long a call that was cut off may take to end. */
const abortTimeoutMs = 500;
/** How long the commits after the drain may take; what they miss is called again by the next owner. */
const lastCommitsTimeoutMs = 750;
/** Half of the 64 MiB that a consumer may hold, see {@link BackPressure}. */
const heldBytes = 32 * 1024 * 1024;

/**
 * Turns records into outcomes, and outcomes into commits. Records of a lease enter its tracker, which knows what may be
 * committed, and the queue, which knows what may be called.
 */
export class DeliveryEngine implements RecordSink {
  readonly #settings: ConsumerSettings;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #ended: DeliveryEnginePorts['ended'];
  readonly #progress: () => readonly PartitionProgress[];
  readonly #works = new Map<PartitionLease, LeaseWork>();
  readonly #subscriptions: ReadonlyMap<string, Subscription>;
  readonly #queue: KeyedQueue<Delivery>;
  readonly #backPressure: BackPressure;
  readonly #metrics: ConsumerMetrics;
  readonly #deliveries: DeliveryPorts;
  /** Set while a commit is due: takes it back. */
  #forgetCommit: (() => void) | undefined;
  #stopped = false;

  constructor(settings: ConsumerSettings, { producer, random, clock, ended, log, progress }: DeliveryEnginePorts) {
    const { group, retry, concurrency, subscriptions } = settings;
    this.#settings = settings;
    this.#log = log.child({ group });
    this.#clock = clock;
    this.#ended = ended;
    this.#progress = progress;
    this.#subscriptions = new Map(
      subscriptions.map((each) => [eventKey(each.contract.topic, each.contract.type), each]),
    );
    this.#backPressure = new BackPressure({ records: Math.max(4 * concurrency, 1_000), bytes: heldBytes });
    this.#metrics = new ConsumerMetrics({ group, held: () => this.#backPressure.records, lag: () => this.#lag() });
    this.#queue = new KeyedQueue({
      concurrency,
      turn: (delivery) => delivery.turn(),
      starved: () => this.#backPressure.relieve(),
      clock,
    });
    this.#deliveries = {
      group,
      retry,
      random,
      clock,
      deadLetters: new DeadLetterWriter({ producer, retry, random }),
      metrics: this.#metrics,
      log: this.#log,
      finished: (delivery, outcome) => this.#finished(delivery, outcome),
    };
  }

  /** Ends in bounded time: lets calls finish, cuts off the rest, commits. Nothing starts from the first moment on. */
  async stop(): Promise<void> {
    this.#queue.close();
    for (const { lease } of this.#works.values()) lease.pause();
    await settledWithin(this.#queue.idle(), this.#settings.drainTimeoutMs, this.#clock);
    for (const work of this.#works.values()) work.abortCalls('the service stops');
    await settledWithin(this.#queue.idle(), abortTimeoutMs, this.#clock);
    this.#stopped = true;
    this.#forgetCommit?.();
    await settledWithin(this.#commitRest(), lastCommitsTimeoutMs, this.#clock);
    this.#metrics.stop();
  }

  granted(lease: PartitionLease): void {
    if (lease.signal.aborted) return;
    this.#works.set(lease, new LeaseWork(lease, this.#log));
    this.#backPressure.granted(lease);
    lease.signal.addEventListener('abort', () => this.revoked(lease), { once: true });
  }

  records(lease: PartitionLease, records: readonly KafkaRecord[], coveredTo: number): void {
    const work = this.#works.get(lease);
    if (!work) return;
    for (const record of records) this.#accept(work, record);
    work.tracker.cover(coveredTo);
    if (work.dirty) this.#commitSoon();
  }

  revoked(lease: PartitionLease): void {
    const work = this.#works.get(lease);
    if (!work) return;
    this.#works.delete(lease);
    this.#queue.discard((delivery) => delivery.work === work);
    this.#backPressure.forget(lease);
    work.abortCalls('its partition belongs to another member now');
  }

  #accept(work: LeaseWork, record: KafkaRecord): void {
    if (!work.tracker.deliver(record.offset)) return this.#redelivered(record);
    const subscription = this.#subscriptionOf(record);
    if (!subscription) return this.#skip(work, record);
    const delivery = new Delivery({ record, subscription, work }, this.#deliveries);
    this.#backPressure.add(work.lease, delivery.bytes);
    this.#queue.push(orderKey(record), delivery);
  }

  #subscriptionOf(record: KafkaRecord): Subscription | undefined {
    const type = eventTypeOf(record);
    return type === undefined ? undefined : this.#subscriptions.get(eventKey(record.topic, type));
  }

  #skip({ tracker }: LeaseWork, record: KafkaRecord): void {
    tracker.finish(record.offset);
    this.#tell(record, 'skipped');
  }

  /** Held or done already; a topic that begins again comes under a new lease. */
  #redelivered({ topic, partition, offset }: KafkaRecord): void {
    this.#log.error({ topic, partition, offset }, 'record delivered twice under one lease; ignored');
  }

  #finished({ work, record, bytes }: Delivery, outcome: Outcome): void {
    if (!this.#works.has(work.lease)) return;
    work.tracker.finish(record.offset);
    this.#backPressure.remove(work.lease, bytes);
    this.#tell(record, outcome);
    if (work.dirty) this.#commitSoon();
  }

  #tell(record: KafkaRecord, outcome: Outcome): void {
    this.#metrics.outcome(record.topic, outcome);
    this.#ended(record, outcome);
  }

  /** One timer for all that ends meanwhile; none while there is nothing to commit. */
  #commitSoon(): void {
    if (this.#stopped) return;
    this.#forgetCommit ??= this.#clock.after(commitDelayMs, () => this.#commitDirty());
  }

  #commitDirty(): void {
    this.#forgetCommit = undefined;
    for (const work of this.#works.values()) if (work.dirty) void this.#commit(work);
  }

  async #commit(work: LeaseWork): Promise<void> {
    await work.commit();
    if (work.ended) this.revoked(work.lease);
    else if (work.dirty) this.#commitSoon();
  }

  /** Twice at once, since the first may have joined a commit in flight that knew less; then as long as one fails. */
  async #commitRest(): Promise<void> {
    for (const waitMs of [0, 0, commitDelayMs, commitDelayMs]) {
      const dirty = [...this.#works.values()].filter((work) => work.dirty);
      if (dirty.length === 0) return;
      if (waitMs > 0) await new Promise<void>((resolve) => this.#clock.after(waitMs, resolve));
      await Promise.all(dirty.map((work) => this.#commit(work)));
    }
  }

  #lag(): readonly PartitionLag[] {
    const committed = new Map<string, number>();
    for (const work of this.#works.values()) committed.set(partitionKey(work.lease), work.committed);
    return this.#progress().flatMap(({ topic, partition, endOffset }) => {
      const from = committed.get(partitionKey({ topic, partition }));
      return from === undefined ? [] : [{ topic, partition, lag: Math.max(0, endOffset - from) }];
    });
  }
}

function eventKey(topic: string, type: string): string {
  return `${topic} ${type}`;
}

function partitionKey({ topic, partition }: Pick<PartitionLease, 'topic' | 'partition'>): string {
  return `${topic} ${partition}`;
}

/** Equal for records that must not overlap: the same key, always in the same partition. Without a key: the record itself. */
function orderKey({ topic, partition, key, offset }: KafkaRecord): string {
  return `${topic} ${partition} ${key === null ? `@${offset}` : `=${key.toString('latin1')}`}`;
}
