import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ConsumerUnderTestOptions, orderRecord, pass, runningConsumer, settle } from './consumer.test-support.ts';
import { ServiceError } from '../errors/service-error.ts';
import { fakeTarget } from '../testing/fake-target.ts';

const hourMs = 3_600_000;
const timeout = () => new ServiceError('API_TIMEOUT', 'no answer');

/** A consumer with partition 0, and what it says of that. */
async function watched(options: ConsumerUnderTestOptions = {}) {
  const parts = await runningConsumer(options);
  return { ...parts, partition: () => parts.consumer.state().partitions[0] };
}

const orders = (customer: string, from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => orderRecord(customer, from + at));
const distinct = (count: number) => Array.from({ length: count }, (_, at) => orderRecord(`customer-${at}`, 1));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a consumer's state", () => {
  it('tells the group, what is held, what may run, and whether calls may start', async () => {
    const targets = [fakeTarget({ name: 'mail' }), fakeTarget({ name: 'crm', closedForMs: () => 1_500 })];
    const { consumer, source } = await runningConsumer({ concurrency: 7, targets });
    source.append(0, orderRecord('ann', 1));
    await settle();
    expect(consumer.state()).toMatchObject({
      group: 'billing',
      notJoined: undefined,
      held: { records: 1 },
      concurrency: 7,
      targets: [
        { name: 'mail', closedForMs: undefined },
        { name: 'crm', closedForMs: 1_500 },
      ],
    });
  });

  it('tells of each partition how far it is committed, read and written', async () => {
    const { api, source, partition } = await watched();
    source.append(0, ...distinct(5));
    await settle();
    expect(partition()).toMatchObject({ status: 'reading', committed: 0, next: 5, end: 5, lag: 5, heldRecords: 5 });
    expect(partition()?.heldBytes).toBeGreaterThan(500);
    api.call('customer-0-1').done();
    api.call('customer-1-1').done();
    await pass(250);
    expect(partition()).toMatchObject({ committed: 2, next: 5, end: 5, lag: 3, heldRecords: 3, running: 3 });
  });

  it('counts what is done past a stuck record, and how long the map of it is', async () => {
    const { api, source, partition } = await watched();
    source.append(0, ...distinct(8));
    await settle();
    expect(partition()).toMatchObject({ finishedBeyond: 0 });
    for (const done of [1, 2, 3, 5]) api.call(`customer-${done}-1`).done();
    await pass(250);
    expect(partition()).toMatchObject({ committed: 0, finishedBeyond: 4 });
    expect(partition()?.mapChars).toBe(source.partition(0).committed?.metadata.length);
    expect(partition()?.mapChars).toBeGreaterThan(0);
    api.call('customer-0-1').done();
    await pass(250);
    expect(partition()).toMatchObject({ committed: 4, finishedBeyond: 1 });
  });

  it('counts what an earlier life of the group has done, also where it was not read again yet', async () => {
    const { api, source, partition } = await watched();
    source.append(0, ...distinct(150));
    await settle();
    for (const call of [...api.open].slice(1)) call.done();
    await pass(250);
    source.revoke(0);
    source.partition(0).endOffset = 100;
    source.grant(0);
    await settle();
    expect(partition()).toMatchObject({ committed: 0, next: 100, finishedBeyond: 149, heldRecords: 1 });
  });

  it('tells what runs from what waits for its next attempt and what waits for its key', async () => {
    const { api, source, partition } = await watched();
    source.append(0, ...orders('ann', 0, 3), ...orders('bob', 0, 2));
    await settle();
    api.call('bob-0').fail(timeout());
    await settle();
    expect(partition()).toMatchObject({ heldRecords: 5, running: 1, retrying: 1 });
    await pass(1_000);
    expect(partition()).toMatchObject({ heldRecords: 5, running: 2, retrying: 0 });
  });

  it('tells of the oldest record for how long it has been here, and how old it is', async () => {
    const { api, source, partition } = await watched();
    expect(partition()?.oldest).toBeUndefined();
    source.append(0, { ...orderRecord('ann', 1), timestampMs: Date.now() - hourMs });
    await settle();
    await pass(2_000);
    source.append(0, orderRecord('bob', 1));
    await pass(1_000);
    expect(partition()?.oldest).toEqual({ offset: 0, heldMs: 3_000, ageMs: hourMs + 3_000 });
    api.call('ann-1').done();
    await settle();
    expect(partition()?.oldest).toEqual({ offset: 1, heldMs: 1_000, ageMs: undefined });
  });

  it('tells how long retention will keep that record', async () => {
    const { source, partition } = await watched();
    source.append(0, { ...orderRecord('ann', 1), timestampMs: Date.now() - hourMs });
    await settle();
    expect(partition()?.keptForMs).toBeUndefined();
    source.retentionMs = 24 * hourMs;
    expect(partition()).toMatchObject({ keptForMs: 23 * hourMs, retentionMs: 24 * hourMs });
    source.retentionMs = hourMs / 2;
    expect(partition()).toMatchObject({ keptForMs: -hourMs / 2 });
  });

  it('holds neither keys nor contents', async () => {
    const { consumer, source } = await watched();
    source.append(0, orderRecord('ann-the-customer', 1));
    await settle();
    expect(JSON.stringify(consumer.state())).not.toContain('ann-the-customer');
  });

  it('has every partition that is ours, by number, and none that is not', async () => {
    const { consumer, source } = await watched();
    for (const partition of [10, 2]) source.grant(partition);
    const partitions = () => consumer.state().partitions.map(({ partition }) => partition);
    expect(partitions()).toEqual([0, 2, 10]);
    source.revoke(2);
    expect(partitions()).toEqual([0, 10]);
  });
});

describe('a partition of which nothing more is read', () => {
  const held = { records: 10 };
  const paused = (why: string) => ({ status: 'paused', why });

  it('is full while calls run', async () => {
    const { source, partition } = await watched({ held });
    source.append(0, ...distinct(10));
    await settle();
    expect(partition()).toMatchObject({ ...paused('full'), heldRecords: 10, running: 10 });
  });

  it('waits for retries where that is all there is to do', async () => {
    const { api, source, partition } = await watched({ held });
    api.answer = (call) => call.fail(timeout());
    source.append(0, ...distinct(10));
    await settle();
    expect(partition()).toMatchObject({ ...paused('waiting for retries'), running: 0, retrying: 10 });
  });

  it('waits for its target while that is closed', async () => {
    let closedForMs: number | undefined = 5_000;
    const targets = [fakeTarget({ name: 'crm', closedForMs: () => closedForMs })];
    const { source, partition } = await watched({ held, targets });
    source.append(0, ...distinct(10));
    await settle();
    expect(partition()).toMatchObject({ ...paused('target closed'), running: 0 });
    closedForMs = undefined;
    await pass(5_000);
    expect(partition()).toMatchObject({ ...paused('full'), running: 10 });
  });

  it('waits for older partitions where its source says so', async () => {
    const { consumer, source } = await watched();
    const { partitions } = consumer.state();
    source.partition(12).withheld = 'waiting for older partitions';
    source.append(12, ...distinct(3));
    expect(consumer.state().partitions).toEqual([
      ...partitions,
      expect.objectContaining({
        ...paused('waiting for older partitions'),
        partition: 12,
        committed: 0,
        next: undefined,
        end: 3,
        lag: 3,
        heldRecords: 0,
      }),
    ]);
  });

  it('is draining while it goes to another member', async () => {
    const { source, lease, partition } = await watched();
    source.append(0, orderRecord('ann', 1));
    await settle();
    lease.giveUp(10_000);
    expect(partition()).toMatchObject({ status: 'draining', running: 1 });
  });

  it('is refused where the group has no offsets and may choose none', async () => {
    const { consumer, source } = await watched({ startAt: 'committed' });
    source.partition(1).committed = undefined;
    source.grant(1);
    expect(consumer.state().partitions[1]).toMatchObject({ status: 'refused', committed: undefined, lag: undefined });
  });
});
