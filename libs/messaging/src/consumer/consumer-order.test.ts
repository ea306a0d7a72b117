import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type ConsumerUnderTestOptions,
  type Order,
  orderRecord,
  runningConsumer,
  settle,
} from './consumer.test-support.ts';
import type { KafkaRecord } from '../ports/record.ts';

/** The calls that run side by side once these have come in: two of one key, one of another, two without a key. */
async function sideBySide(options: ConsumerUnderTestOptions): Promise<readonly string[]> {
  const { api, source } = await runningConsumer(options);
  const keyless = [orderRecord('x', 1), orderRecord('x', 2)].map((record) => ({ ...record, key: null }));
  source.append(0, orderRecord('ann', 1), orderRecord('ann', 2), orderRecord('bob', 1), ...keyless);
  await settle();
  return api.ids;
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe('the order of calls', () => {
  it('is kept per key, and records without a key have none', async () => {
    await expect(sideBySide({})).resolves.toEqual(['ann-1', 'bob-1', 'x-1', 'x-2']);
  });

  it('is that of the whole partition where that is asked for', async () => {
    await expect(sideBySide({ order: 'partition' })).resolves.toEqual(['ann-1']);
  });

  it('is none at all where that is asked for', async () => {
    await expect(sideBySide({ order: 'unordered' })).resolves.toEqual(['ann-1', 'ann-2', 'bob-1', 'x-1', 'x-2']);
  });

  it('goes by a key of its own where a function makes one', async () => {
    const byNumber = ({ value }: KafkaRecord) => (JSON.parse(value?.toString() ?? '') as Order).number.toString();
    await expect(sideBySide({ order: byNumber })).resolves.toEqual(['ann-1', 'ann-2']);
  });

  it('is none for a record for which the function makes no key', async () => {
    await expect(sideBySide({ order: () => null })).resolves.toHaveLength(5);
  });

  it('is fair between partitions: one with much to do leaves the next slot to another', async () => {
    const { api, source } = await runningConsumer({ concurrency: 2 });
    source.grant(1);
    source.append(0, ...Array.from({ length: 50 }, (_, number) => orderRecord(`ann${number}`, 1)));
    await settle();
    source.append(1, orderRecord('bob', 1));
    await settle();
    api.call('ann0-1').done();
    await settle();
    api.call('ann1-1').done();
    await settle();
    expect(api.ids).toContain('bob-1');
  });
});
