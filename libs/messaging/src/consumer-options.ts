import { longestTimerMs } from './clock.ts';
import { deadLetterTopicOf } from './dead-letter.ts';
import type { StartAt } from './record-source.ts';
import { defaultRetryPolicy, type RetryPolicy } from './retry-policy.ts';
import { ServiceError } from './service-error.ts';
import type { Subscription } from './subscription.ts';
import type { Target } from './target.ts';

/** One consumer group: which events it hears, which APIs it calls, and how hard. */
export interface ConsumerOptions {
  /** Kafka's group id; also names the dead-letter topics, `<topic>.<group>.dlq`. */
  readonly group: string;
  readonly startAt: StartAt;
  /** Stopped with the consumer. */
  readonly targets: readonly Target[];
  /** One per topic and event type; events of other types are skipped. */
  readonly subscriptions: readonly Subscription[];
  /** Keys worked on at the same time. @default 256 */
  readonly concurrency?: number;
  /** @default {@link defaultRetryPolicy} */
  readonly retry?: Partial<RetryPolicy>;
  /** How long calls in flight may go on when the service stops; then they are aborted. @default 4_000 */
  readonly drainTimeoutMs?: number;
}

/** The options with every default filled in. */
export interface ConsumerSettings extends Required<Omit<ConsumerOptions, 'retry'>> {
  readonly retry: RetryPolicy;
}

/** A field, the value received, whether that will do, and what would. */
type Check = readonly [field: string, received: unknown, ok: boolean, expected: string];

/** https://kafka.apache.org/43/apis/#topic-names: legal characters and greatest length of a topic's name. */
const topicName = /^[a-zA-Z0-9._-]{1,249}$/;

/** Fills in the defaults; throws `CONFIG_INVALID` naming each wrong field and the value received. */
export function consumerSettings(options: ConsumerOptions): ConsumerSettings {
  const retry = { ...defaultRetryPolicy, ...options.retry };
  const settings = { concurrency: 256, drainTimeoutMs: 4_000, ...options, retry };
  const wrong = [...groupChecks(settings), ...numberChecks(settings), ...subscriptionChecks(settings)]
    .filter(([, , ok]) => !ok)
    .map(([field, received, , expected]) => `${field} must be ${expected}, not ${JSON.stringify(received)}`);
  if (wrong.length === 0) return settings;
  throw new ServiceError('CONFIG_INVALID', `wrong options for a consumer: ${wrong.join('; ')}`);
}

function groupChecks({ group, startAt, subscriptions }: ConsumerSettings): readonly Check[] {
  const names = subscriptions.map(({ contract }) => deadLetterTopicOf(contract.topic, group));
  const nameable = topicName.test(group) && names.every((name) => topicName.test(name));
  return [
    ['group', group, nameable, 'part of its dead-letter topics\' names (letters, digits, ".", "_", "-"; 249 in all)'],
    ['startAt', startAt, ['earliest', 'latest', 'committed'].includes(startAt), 'earliest, latest or committed'],
  ];
}

function numberChecks({ concurrency, drainTimeoutMs, retry }: ConsumerSettings): readonly Check[] {
  const { initialDelayMs, backoffCoefficient, maxDelayMs, maxElapsedMs } = retry;
  return [
    ['concurrency', concurrency, Number.isSafeInteger(concurrency) && concurrency > 0, 'a positive integer'],
    [
      'drainTimeoutMs',
      drainTimeoutMs,
      isAtLeast(0, drainTimeoutMs) && drainTimeoutMs <= longestTimerMs,
      `a number from 0 to ${longestTimerMs}`,
    ],
    ['retry.initialDelayMs', initialDelayMs, isAtLeast(1, initialDelayMs), 'a number of at least 1'],
    ['retry.backoffCoefficient', backoffCoefficient, isAtLeast(1, backoffCoefficient), 'a number of at least 1'],
    ['retry.maxDelayMs', maxDelayMs, isAtLeast(initialDelayMs, maxDelayMs), 'a number of at least initialDelayMs'],
    ['retry.maxElapsedMs', maxElapsedMs, isAtLeast(0, maxElapsedMs), 'a number of at least 0'],
  ];
}

function subscriptionChecks({ subscriptions }: ConsumerSettings): readonly Check[] {
  const names = subscriptions.map(({ name }) => name);
  const events = subscriptions.map(({ contract }) => `${contract.type} on ${contract.topic}`);
  return [
    ['subscriptions', names, names.length > 0, 'at least one'],
    ['subscriptions', names, names.every(Boolean) && areDistinct(names), 'named, each differently'],
    ['subscriptions', events, areDistinct(events), 'of different events'],
  ];
}

function isAtLeast(least: number, value: number): boolean {
  return Number.isFinite(value) && value >= least;
}

function areDistinct(values: readonly string[]): boolean {
  return new Set(values).size === values.length;
}
