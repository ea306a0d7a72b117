import { describe, expect, it } from 'vitest';
import { type ConsumerOptions, consumerSettings } from './consumer-options.ts';
import { orderPlaced } from './consumer.test-support.ts';
import { defaultRetryPolicy } from './retry-policy.ts';
import { on } from './subscription.ts';

const subscription = on(orderPlaced, () => Promise.resolve(), { name: 'invoice' });
const valid: ConsumerOptions = { group: 'billing', startAt: 'earliest', targets: [], subscriptions: [subscription] };

describe("a consumer's options", () => {
  it('need no more than what has no safe default', () => {
    expect(consumerSettings(valid)).toEqual({
      ...valid,
      concurrency: 256,
      order: 'key',
      overflow: 'pause',
      held: { records: 1_024, bytes: 33_554_432, recordsPerPartition: 1_024, bytesPerPartition: 33_554_432 },
      callTimeoutMs: 30_000,
      drainTimeoutMs: 4_000,
      retry: defaultRetryPolicy,
    });
  });

  it('let a partition hold what all may hold, unless they say otherwise', () => {
    const { held } = consumerSettings({ ...valid, held: { records: 50, bytesPerPartition: 9 } });
    expect(held).toEqual({ records: 50, bytes: 33_554_432, recordsPerPartition: 50, bytesPerPartition: 9 });
  });

  it('change a part of the retry policy and keep the rest', () => {
    const { retry } = consumerSettings({ ...valid, retry: { maxElapsedMs: 5 } });
    expect(retry).toEqual({ ...defaultRetryPolicy, maxElapsedMs: 5 });
  });

  it.each<[string, Partial<ConsumerOptions>, string]>([
    ['an empty group', { group: '' }, 'not ""'],
    ['a group that no topic can be named after', { group: 'my group' }, 'not "my group"'],
    ['a group too long for its dead-letter topic', { group: 'g'.repeat(240) }, 'group must be part of'],
    [
      'an unknown start',
      { startAt: 'newest' as 'latest' },
      'startAt must be earliest, latest or committed, not "newest"',
    ],
    ['a tenant that is no function', { tenant: 'key' as never }, 'tenant must be a function, not "key"'],
    ['no concurrency', { concurrency: 0 }, 'concurrency must be an integer from 1 to 5000, not 0'],
    ['more calls than a process can have', { concurrency: 5_001 }, 'concurrency must be an integer from 1 to 5000'],
    ['an unknown order', { order: 'topic' as 'key' }, 'order must be key, partition, unordered or a function'],
    ['an unknown overflow', { overflow: 'drop' as 'pause' }, 'overflow must be pause or dead-letter, not "drop"'],
    ['no time for a call', { callTimeoutMs: 0 }, 'callTimeoutMs must be a number from 1 to 2147483647, not 0'],
    ['room for nothing', { held: { records: 0 } }, 'held.records must be a number of at least 1, not 0'],
    [
      'an age of nothing',
      { subscriptions: [{ ...subscription, maxAgeMs: 0 }] },
      'maxAgeMs of invoice must be a number of at least 1, not 0',
    ],
    ['half a call', { concurrency: 1.5 }, 'concurrency must be an integer from 1 to 5000, not 1.5'],
    ['a negative drain', { drainTimeoutMs: -1 }, 'drainTimeoutMs must be a number from 0 to 2147483647, not -1'],
    ['a drain beyond any timer', { drainTimeoutMs: 1e10 }, 'drainTimeoutMs must be a number from 0 to 2147483647'],
    [
      'a first delay of nothing',
      { retry: { initialDelayMs: 0 } },
      'retry.initialDelayMs must be a number of at least 1',
    ],
    [
      'a shrinking delay',
      { retry: { backoffCoefficient: 0.5 } },
      'retry.backoffCoefficient must be a number of at least 1',
    ],
    [
      'a cap below the start',
      { retry: { maxDelayMs: 100 } },
      'retry.maxDelayMs must be a number of at least initialDelayMs',
    ],
    [
      'a time that is none',
      { retry: { maxElapsedMs: Number.NaN } },
      'retry.maxElapsedMs must be a number of at least 0',
    ],
    ['no subscription', { subscriptions: [] }, 'subscriptions must be at least one, not []'],
  ])('refuse %s, naming the field and the value', (_, change, message) => {
    expect(() => consumerSettings({ ...valid, ...change })).toThrow(message);
  });

  it('refuse two subscriptions of one name: their idempotency keys would be the same', () => {
    const other = { ...orderPlaced, type: 'OrderShipped' };
    const twice = { ...valid, subscriptions: [subscription, on(other, () => Promise.resolve(), { name: 'invoice' })] };
    expect(() => consumerSettings(twice)).toThrow('subscriptions must be named, each differently');
  });

  it('refuse two subscriptions of one event: which outcome would count?', () => {
    const twice = { ...valid, subscriptions: [subscription, { ...subscription, name: 'receipt' }] };
    expect(() => consumerSettings(twice)).toThrow(
      'subscriptions must be of different events, not ["OrderPlaced on orders","OrderPlaced on orders"]',
    );
  });

  it('name all that is wrong at once', () => {
    const error = () => consumerSettings({ ...valid, group: '', concurrency: -1 });
    expect(error).toThrow(/group must be .*; concurrency must be/);
    expect(error).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});
