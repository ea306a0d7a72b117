import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type ConsumerUnderTestOptions,
  consumerUnderTest,
  type Order,
  orderPlaced,
  orderRecord,
  pass,
} from './consumer.test-support.ts';
import { fakeTarget } from '../testing/fake-target.ts';
import type { NewRecord } from '../testing/in-memory-source.ts';
import { headerText } from '../ports/record.ts';
import { ServiceError } from '../errors/service-error.ts';
import { type BatchHandler, onBatch } from './subscription.ts';

beforeEach(() => vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) }));
afterEach(() => vi.useRealTimers());

const minuteMs = 60_000;

/** Consumers that park what is deleted within 20 s, of a topic that keeps records for a minute. */
async function parkingConsumer(options: ConsumerUnderTestOptions = {}) {
  const api = { closed: false };
  const target = fakeTarget({ closedForMs: () => (api.closed ? 1_000 : undefined) });
  const parts = consumerUnderTest({ targets: [target], parkBeforeMs: 20_000, ...options });
  parts.source.retentionMs = minuteMs;
  await parts.consumer.start();
  const lease = parts.source.grant(0);
  const append = (...records: NewRecord[]) =>
    parts.source.append(0, ...records.map((record) => ({ ...record, timestampMs: Date.now() })));
  const letters = () =>
    parts.producer.sent.map(({ headers }) => [headerText(headers, 'ce_id'), headerText(headers, 'millrace_dlq_code')]);
  return { ...parts, lease, append, letters, target: api };
}

const near = (...ids: string[]) => ids.map((id) => [id, 'RETENTION_NEAR']);

describe('while its target is closed, a record', () => {
  it('becomes a dead letter before retention deletes it, and not long before', async () => {
    const { append, target, api, letters, source } = await parkingConsumer();
    target.closed = true;
    append(orderRecord('ann', 1), orderRecord('bob', 1), orderRecord('ann', 2));
    await pass(39_000);
    expect(letters()).toEqual([]);
    await pass(3_000);
    expect(letters()).toHaveLength(3);
    expect(letters()).toEqual(expect.arrayContaining(near('ann-1', 'bob-1', 'ann-2')));
    await pass(250);
    expect([api.ids, source.commits.at(-1)?.offset]).toEqual([[], 3]);
  });

  it('goes in the order of its key, with those that come after it', async () => {
    const { append, target, letters } = await parkingConsumer();
    target.closed = true;
    append(...Array.from({ length: 50 }, (_, n) => orderRecord('ann', n)));
    await pass(42_000);
    expect(letters()).toEqual(near(...Array.from({ length: 50 }, (_, n) => `ann-${n}`)));
  });

  it('that has failed before and waits for its retry goes, too, before what waits for it', async () => {
    const { append, target, api, letters } = await parkingConsumer({
      retry: { initialDelayMs: 100_000, maxDelayMs: 100_000 },
    });
    append(orderRecord('ann', 1), orderRecord('ann', 2));
    await pass(0);
    api.call('ann-1').fail(new ServiceError('API_UNAVAILABLE', 'answered 503'));
    target.closed = true;
    await pass(42_000);
    expect(letters()).toEqual(near('ann-1', 'ann-2'));
  });

  it('that is being called has its answer waited for', async () => {
    const { append, target, api, letters, source } = await parkingConsumer({ callTimeoutMs: 100_000 });
    append(orderRecord('ann', 1), orderRecord('ann', 2));
    await pass(0);
    target.closed = true;
    await pass(42_000);
    expect(letters()).toEqual([]);
    api.call('ann-1').done();
    await pass(250);
    expect([letters(), source.commits.at(-1)?.offset]).toEqual([near('ann-2'), 2]);
  });

  it('that is not read yet, since the partition is full, is read and goes as well', async () => {
    const { append, target, letters, source } = await parkingConsumer({ held: { records: 10 } });
    target.closed = true;
    append(...Array.from({ length: 500 }, (_, n) => orderRecord(`customer${n}`, 1)));
    await pass(1_000);
    expect(source.partition(0).lease?.paused).toBe(true);
    await pass(45_000);
    expect([letters().length, source.commits.at(-1)?.offset]).toEqual([500, 500]);
  });

  it('that is young stays, and is called when the target opens', async () => {
    const { append, target, api, letters } = await parkingConsumer();
    target.closed = true;
    append(orderRecord('ann', 1));
    await pass(30_000);
    append(orderRecord('bob', 1));
    await pass(12_000);
    expect(letters()).toEqual(near('ann-1'));
    target.closed = false;
    await pass(1_000);
    expect(api.ids).toEqual(['bob-1']);
  });

  it('of a batch goes its own way, also when it was collected already', async () => {
    const called: string[][] = [];
    const handler: BatchHandler<Order> = async (items) => void called.push(items.map(({ event }) => event.id));
    const batches = onBatch(orderPlaced, handler, { name: 'invoice', maxSize: 3, maxDelayMs: 45_000 });
    const { append, target, letters, source } = await parkingConsumer({ subscriptions: [batches] });
    append(orderRecord('ann', 1));
    await pass(15_000);
    append(orderRecord('bob', 1));
    target.closed = true;
    await pass(27_000);
    expect(letters()).toEqual(near('ann-1'));
    target.closed = false;
    await pass(20_000);
    expect([called, letters().length, source.commits.at(-1)?.offset]).toEqual([[['bob-1']], 1, 2]);
  });
});

describe('while its target is open, a record', () => {
  it('is called however old it is, unless half of that time is over as well', async () => {
    const { source, api, letters } = await parkingConsumer();
    const aged = (customer: string, ageMs: number) => ({
      ...orderRecord(customer, 1),
      timestampMs: Date.now() - ageMs,
    });
    source.append(0, aged('ann', 45_000), aged('bob', 51_000), aged('cleo', 70_000));
    await pass(500);
    expect([api.ids, letters()]).toEqual([['ann-1'], near('bob-1', 'cleo-1')]);
  });

  it('that fails until then becomes a dead letter with both: what it is, and that it was tried', async () => {
    const { append, api, producer, letters } = await parkingConsumer();
    api.answer = ({ fail }) => fail(new ServiceError('API_UNAVAILABLE', 'answered 503'));
    append(orderRecord('ann', 1));
    await pass(minuteMs);
    expect(letters()).toEqual(near('ann-1'));
    expect(Number(producer.sent[0]?.headers.millrace_dlq_attempts)).toBe(api.calls.length);
    expect(api.calls.length).toBeGreaterThan(3);
  });
});

it('nothing is parked where the retention is not known, or a record has no timestamp, or nobody says so', async () => {
  for (const [retentionMs, parkBeforeMs, timestampMs] of [
    [undefined, 20_000, 1],
    [minuteMs, 20_000, 0],
    [minuteMs, undefined, 1],
  ]) {
    const { source, target, letters } = await parkingConsumer({ parkBeforeMs });
    source.retentionMs = retentionMs;
    target.closed = true;
    source.append(0, { ...orderRecord('ann', 1), timestampMs: timestampMs! });
    await pass(10 * minuteMs);
    expect(letters()).toEqual([]);
  }
});

it('an API that is away for five minutes, and a topic that keeps a minute: every record has its outcome', async () => {
  const { append, target, api, letters, source, producer } = await parkingConsumer({ held: { records: 40 } });
  api.answer = ({ done }) => done();
  let published = 0;
  const publishFor = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      append(...Array.from({ length: 10 }, (_, n) => orderRecord(`customer${n}`, published + n)));
      published += 10;
      await pass(1_000);
    }
  };
  await publishFor(30);
  target.closed = true;
  await publishFor(300);
  target.closed = false;
  await publishFor(30);
  await pass(minuteMs);
  expect([published, source.commits.at(-1)?.offset]).toEqual([3_600, 3_600]);
  const parked = letters().map(([id]) => id!);
  expect(new Set([...parked, ...api.ids]).size).toBe(published);
  expect(parked.length + api.ids.length).toBe(published);
  const ages = producer.sent.map(({ headers }) => {
    const [givenUpAt, time] = ['millrace_dlq_last_at', 'ce_time'].map((name) => headerText(headers, name) ?? '');
    return Date.parse(givenUpAt!) - Date.parse(time!);
  });
  expect(Math.max(...ages)).toBeLessThan(minuteMs);
  for (let n = 0; n < 10; n++) {
    const numbers = parked.filter((id) => id.startsWith(`customer${n}-`)).map((id) => Number(id.split('-')[1]));
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  }
});
