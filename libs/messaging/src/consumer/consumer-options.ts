import type { HeldLimits } from '../engine/back-pressure.ts';
import { longestTimerMs } from '../ports/clock.ts';
import { deadLetterTopicOf } from './dead-letter.ts';
import type { OrderMode } from '../engine/order-mode.ts';
import type { KafkaRecord } from '../ports/record.ts';
import { defaultRetryPolicy, type RetryPolicy } from './retry-policy.ts';
import { ServiceError } from '../errors/service-error.ts';
import type { StartAt } from '../engine/start-position.ts';
import type { Subscription } from './subscription.ts';
import type { Target } from '../ports/target.ts';

/** One consumer group: which events it hears, which APIs it calls, and how hard. */
export interface ConsumerOptions {
  /** Kafka's group id; also names the dead-letter topics, `<topic>.<group>.dlq`. */
  readonly group: string;
  readonly startAt: StartAt;
  /** Stopped with the consumer. */
  readonly targets: readonly Target[];
  /** One per topic and event type; events of other types are skipped. */
  readonly subscriptions: readonly Subscription[];
  /** Handlers that run at the same time. @default 256 */
  readonly concurrency?: number;
  /** What is called one after the other, and what side by side. @default 'key' */
  readonly order?: OrderMode;
  /**
   * Whose record it is, by its key or headers: then tenants take turns, one call each, so that one with much to do gets no
   * more of a target's quota than the others while they have something to do. It must not throw, and is asked before each
   * call. @default partitions take turns
   */
  readonly tenant?: ((record: KafkaRecord) => string) | undefined;
  /**
   * What may be in memory: being called, queued, or waiting for a retry. A partition that reaches a limit is paused, and
   * Kafka holds the rest. @default records: 4 per unit of concurrency, and at least 1,000, and ten batches; bytes: 32 MiB;
   * one partition may hold as much as all of them
   */
  readonly held?: Partial<HeldLimits>;
  /**
   * A key that is slow, or of which a record fails again and again, holds back what comes after it under that key; when its
   * partition holds nearly what it may, `pause` lets all of it wait, and `dead-letter` gives up on what waits for such keys, in order,
   * so that the other keys go on; not while a circuit breaker is not closed, since then no key is to blame.
   * @default 'pause'
   */
  readonly overflow?: 'pause' | 'dead-letter';
  /**
   * Becomes a dead letter, with `RETENTION_NEAR`, rather than be deleted unread: a record that retention may delete within this
   * time, in ms, while no call may start (the target is closed); and within half of it whatever may. In order per key, to be
   * replayed when the API is well. Longer than it takes to read and write what a partition holds by then. Needs the right to
   * describe topics. @default none: it waits, and a warning is logged
   */
  readonly parkBeforeMs?: number | undefined;
  /** How long one call of a handler may take; then its signal is aborted, and it counts as failed. @default 30_000 */
  readonly callTimeoutMs?: number;
  /** @default {@link defaultRetryPolicy} */
  readonly retry?: Partial<RetryPolicy>;
  /** How long calls in flight may go on when the service stops; then they are aborted. @default 4_000 */
  readonly drainTimeoutMs?: number;
}

/** The options with every default filled in. */
export interface ConsumerSettings extends Required<
  Omit<ConsumerOptions, 'retry' | 'held' | 'tenant' | 'parkBeforeMs'>
> {
  readonly tenant?: ConsumerOptions['tenant'];
  readonly parkBeforeMs?: ConsumerOptions['parkBeforeMs'];
  readonly retry: RetryPolicy;
  readonly held: HeldLimits;
}

const defaults = {
  concurrency: 256,
  order: 'key',
  overflow: 'pause',
  callTimeoutMs: 30_000,
  drainTimeoutMs: 4_000,
} as const;
const heldBytes = 32 * 1024 * 1024;
const mostConcurrency = 5_000;
const mostBatched = 10_000;

/** A field, the value received, whether that will do, and what would. */
type Check = readonly [field: string, received: unknown, ok: boolean, expected: string];

/** https://kafka.apache.org/43/apis/#topic-names: legal characters and greatest length of a topic's name. */
const topicName = /^[a-zA-Z0-9._-]{1,249}$/;

/** Fills in the defaults; throws `CONFIG_INVALID` naming each wrong field and the value received. */
export function consumerSettings(options: ConsumerOptions): ConsumerSettings {
  const retry = { ...defaultRetryPolicy, ...options.retry };
  const settings = { ...defaults, ...options, retry, held: heldLimits(options) };
  const wrong = checksOf(settings)
    .filter(([, , ok]) => !ok)
    .map(([field, received, , expected]) => `${field} must be ${expected}, not ${JSON.stringify(received)}`);
  if (wrong.length === 0) return settings;
  throw new ServiceError('CONFIG_INVALID', `wrong options for a consumer: ${wrong.join('; ')}`);
}

function checksOf(settings: ConsumerSettings): readonly Check[] {
  return [groupChecks, modeChecks, numberChecks, parkingChecks, heldChecks, subscriptionChecks].flatMap((checks) =>
    checks(settings),
  );
}

function heldLimits({ concurrency = defaults.concurrency, held = {}, subscriptions }: ConsumerOptions): HeldLimits {
  const batched = Math.max(0, ...subscriptions.map(({ batch }) => batch?.maxSize ?? 0));
  const { records = Math.max(4 * concurrency, 10 * batched, 1_000), bytes = heldBytes } = held;
  return { records, bytes, recordsPerPartition: records, bytesPerPartition: bytes, ...held };
}

function groupChecks({ group, startAt, subscriptions }: ConsumerSettings): readonly Check[] {
  const names = subscriptions.map(({ contract }) => deadLetterTopicOf(contract.topic, group));
  const nameable = topicName.test(group) && names.every((name) => topicName.test(name));
  return [
    ['group', group, nameable, 'part of its dead-letter topics\' names (letters, digits, ".", "_", "-"; 249 in all)'],
    ['startAt', startAt, ['earliest', 'latest', 'committed'].includes(startAt), 'earliest, latest or committed'],
  ];
}

function modeChecks({ order, overflow, tenant }: ConsumerSettings): readonly Check[] {
  const isMode = typeof order === 'function' || ['key', 'partition', 'unordered'].includes(order);
  return [
    ['order', order, isMode, 'key, partition, unordered or a function'],
    ['tenant', tenant, tenant === undefined || typeof tenant === 'function', 'a function'],
    ['overflow', overflow, ['pause', 'dead-letter'].includes(overflow), 'pause or dead-letter'],
  ];
}

function numberChecks({ concurrency, callTimeoutMs, drainTimeoutMs, retry }: ConsumerSettings): readonly Check[] {
  const { initialDelayMs, backoffCoefficient, maxDelayMs, maxElapsedMs, maxAttempts } = retry;
  const isAttempts = maxAttempts === Infinity || (Number.isSafeInteger(maxAttempts) && maxAttempts > 0);
  const isConcurrency = Number.isSafeInteger(concurrency) && concurrency > 0 && concurrency <= mostConcurrency;
  return [
    ['concurrency', concurrency, isConcurrency, `an integer from 1 to ${mostConcurrency}`],
    ['callTimeoutMs', callTimeoutMs, isTimer(1, callTimeoutMs), `a number from 1 to ${longestTimerMs}`],
    ['drainTimeoutMs', drainTimeoutMs, isTimer(0, drainTimeoutMs), `a number from 0 to ${longestTimerMs}`],
    ['retry.initialDelayMs', initialDelayMs, isAtLeast(1, initialDelayMs), 'a number of at least 1'],
    ['retry.backoffCoefficient', backoffCoefficient, isAtLeast(1, backoffCoefficient), 'a number of at least 1'],
    ['retry.maxDelayMs', maxDelayMs, isAtLeast(initialDelayMs, maxDelayMs), 'a number of at least initialDelayMs'],
    ['retry.maxElapsedMs', maxElapsedMs, isAtLeast(0, maxElapsedMs), 'a number of at least 0'],
    ['retry.maxAttempts', maxAttempts, isAttempts, 'an integer of at least 1'],
  ];
}

function parkingChecks({ parkBeforeMs }: ConsumerSettings): readonly Check[] {
  const ok = parkBeforeMs === undefined || isAtLeast(1, parkBeforeMs);
  return [['parkBeforeMs', parkBeforeMs, ok, 'a number of at least 1']];
}

function heldChecks({ held }: ConsumerSettings): readonly Check[] {
  const limits: readonly [string, number][] = Object.entries(held);
  return limits.map(([name, limit]) => [`held.${name}`, limit, isAtLeast(1, limit), 'a number of at least 1']);
}

function subscriptionChecks({ subscriptions }: ConsumerSettings): readonly Check[] {
  const names = subscriptions.map(({ name }) => name);
  const events = subscriptions.map(({ contract }) => `${contract.type} on ${contract.topic}`);
  return [
    ['subscriptions', names, names.length > 0, 'at least one'],
    ['subscriptions', names, names.every(Boolean) && areDistinct(names), 'named, each differently'],
    ['subscriptions', events, areDistinct(events), 'of different events'],
    ...subscriptions.map(({ name, maxAgeMs }): Check => {
      const ok = maxAgeMs === undefined || isAtLeast(1, maxAgeMs);
      return [`maxAgeMs of ${name}`, maxAgeMs, ok, 'a number of at least 1'];
    }),
    ...subscriptions.flatMap(batchChecks),
  ];
}

function batchChecks({ name, batch }: Subscription): readonly Check[] {
  if (!batch) return [];
  const { maxSize, maxDelayMs } = batch;
  const isSize = Number.isSafeInteger(maxSize) && maxSize > 0 && maxSize <= mostBatched;
  return [
    [`maxSize of ${name}`, maxSize, isSize, `an integer from 1 to ${mostBatched}`],
    [`maxDelayMs of ${name}`, maxDelayMs, isTimer(0, maxDelayMs), `a number from 0 to ${longestTimerMs}`],
  ];
}

function isTimer(least: number, value: number): boolean {
  return isAtLeast(least, value) && value <= longestTimerMs;
}

function isAtLeast(least: number, value: number): boolean {
  return Number.isFinite(value) && value >= least;
}

function areDistinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}
