import { metrics } from '@opentelemetry/api';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  consumerUnderTest,
  orderRecord,
  pass,
  replaysBeside,
  runningConsumer,
  settle,
} from './consumer.test-support.ts';
import { ServiceError } from '../errors/service-error.ts';
import { encodeOffsetMap } from '../offsets/offset-map.ts';
import { fakeTarget } from '../testing/fake-target.ts';

class TestReader extends MetricReader {
  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
}

let reader: TestReader;

/** The data points of a metric now. */
async function points(name: string): Promise<readonly (readonly [attributes: object, value: unknown])[]> {
  const { resourceMetrics } = await reader.collect();
  const found = resourceMetrics.scopeMetrics
    .flatMap((scope) => scope.metrics)
    .filter(({ descriptor }) => descriptor.name === name);
  return found.flatMap(({ dataPoints }) => dataPoints.map(({ attributes, value }) => [attributes, value] as const));
}

/** Of the only partition, by metric. */
async function figures(): Promise<Readonly<Record<string, unknown>>> {
  const { resourceMetrics } = await reader.collect();
  const found = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  const ofPartition = found.flatMap(({ descriptor: { name }, dataPoints }) =>
    dataPoints.filter(({ attributes }) => partitionId in attributes).map(({ value }) => [name, value] as const),
  );
  return Object.fromEntries(ofPartition);
}

const partitionId = 'messaging.destination.partition.id';
const group = { 'messaging.consumer.group.name': 'billing' };
const topic = { ...group, 'messaging.destination.name': 'orders' };

beforeEach(() => {
  vi.useFakeTimers();
  reader = new TestReader();
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
});
afterEach(() => {
  vi.useRealTimers();
  metrics.disable();
});
afterAll(() => metrics.disable());

describe("a consumer's metrics", () => {
  it('say whether more instances would help', async () => {
    const held = { why: undefined as string | undefined };
    const state = () => ({ closedForMs: undefined, breaker: 'closed', ...held }) as const;
    await runningConsumer({ targets: [fakeTarget(), fakeTarget({ state })] });
    expect(await points('millrace.consumer.scaling_helps')).toEqual([[group, 1]]);
    held.why = 'it answered 401';
    expect(await points('millrace.consumer.scaling_helps')).toEqual([[group, 0]]);
  });

  it('count records that were deleted unread, by partition, without those done before', async () => {
    const { consumer, source } = consumerUnderTest();
    const partition = source.partition(0);
    [partition.endOffset, partition.logStart] = [9, 7];
    const finished = [{ from: 2, to: 4 }];
    partition.committed = {
      offset: 1,
      metadata: encodeOffsetMap({ base: 1, finished, log: 'AAAAAA', fingerprint: 'AAAAAAAAAAA' }),
    };
    await consumer.start();
    const lease = source.grant(0);
    expect(await points('millrace.consumer.deleted_unread')).toEqual([[{ ...topic, [partitionId]: '0' }, 4]]);
    lease.lose(7, 9);
    expect(await points('millrace.consumer.deleted_unread')).toEqual([[{ ...topic, [partitionId]: '0' }, 6]]);
  });

  it('count replayed records by how they ended, under the topic that they are from', async () => {
    const { api, source, consumer } = consumerUnderTest();
    const replays = replaysBeside(source);
    await consumer.start();
    replays.append(0, orderRecord('ann', 1), orderRecord('bob', 1));
    replays.grant(0);
    await settle();
    api.call('ann-1').done();
    api.call('bob-1').fail(new ServiceError('API_REJECTED', 'answered 400'));
    await settle();
    expect(await points('millrace.consumer.replays')).toEqual([
      [{ ...topic, 'millrace.outcome': 'completed' }, 1],
      [{ ...topic, 'millrace.outcome': 'dead-lettered' }, 1],
    ]);
  });

  it('count records by outcome, retries and dead letters by code', async () => {
    const { api, source } = await runningConsumer();
    const foreign = { key: null, value: null, headers: {} };
    source.append(0, orderRecord('ann', 1), orderRecord('bob', 1), orderRecord('cat', 1), foreign);
    await settle();
    api.call('ann-1').done();
    api.call('bob-1').fail(new ServiceError('API_REJECTED', 'answered 400'));
    api.call('cat-1').fail(new ServiceError('API_TIMEOUT', 'no answer'));
    await settle();
    expect(await points('millrace.consumer.outcomes')).toEqual([
      [{ ...topic, 'millrace.outcome': 'skipped' }, 1],
      [{ ...topic, 'millrace.outcome': 'completed' }, 1],
      [{ ...topic, 'millrace.outcome': 'dead-lettered' }, 1],
    ]);
    expect(await points('millrace.consumer.retries')).toEqual([[{ ...topic, 'error.type': 'API_TIMEOUT' }, 1]]);
    expect(await points('millrace.consumer.dead_letters')).toEqual([[{ ...topic, 'error.type': 'API_REJECTED' }, 1]]);
  });

  it('count all that ended before the consumer did', async () => {
    const { api, source, consumer } = await runningConsumer();
    api.answer = (call) => call.done();
    source.append(0, orderRecord('ann', 1), orderRecord('bob', 1));
    await settle();
    const completed = { ...topic, 'millrace.outcome': 'completed' };
    expect(await points('millrace.consumer.outcomes')).toEqual([[completed, 2]]);
    source.append(0, orderRecord('cat', 1));
    await settle();
    await consumer.stop();
    expect(await points('millrace.consumer.outcomes')).toEqual([[completed, 3]]);
  });

  it('show what is held: queued, being called or waiting', async () => {
    const { api, source } = await runningConsumer();
    source.append(0, orderRecord('ann', 1), orderRecord('ann', 2), orderRecord('bob', 1), orderRecord('cat', 1));
    await settle();
    api.call('bob-1').fail(new ServiceError('API_TIMEOUT', 'no answer'));
    api.call('cat-1').done();
    await settle();
    expect(await points('millrace.consumer.held')).toEqual([[group, 3]]);
    source.revoke(0);
    expect(await points('millrace.consumer.held')).toEqual([[group, 0]]);
  });

  it('show nothing held of a lease that was over before it was heard of', async () => {
    const { source, lease } = await runningConsumer();
    source.revoke(0);
    source.append(0, orderRecord('ann', 1));
    lease.grantAgain();
    lease.redeliver();
    await settle();
    expect(await points('millrace.consumer.held')).toEqual([[group, 0]]);
  });

  it('show each figure of a partition, and nothing of one that another member has now', async () => {
    const { api, source } = await runningConsumer({ held: { records: 4 } });
    source.retentionMs = 100_000;
    const records = ['ann', 'bob', 'cat', 'dan', 'eve'].map((name) => orderRecord(name, 1));
    source.append(0, ...records.map((record) => ({ ...record, timestampMs: Date.now() - 10_000 })));
    await settle();
    api.call('cat-1').done();
    api.call('bob-1').fail(new ServiceError('API_TIMEOUT', 'no answer'));
    await pass(500);
    expect(await figures()).toEqual({
      'millrace.consumer.lag': 5,
      'millrace.partition.held': 4,
      'millrace.partition.held_bytes': expect.toSatisfy((held: number) => held > 400) as number,
      'millrace.partition.running': 4,
      'millrace.partition.retrying': 0,
      'millrace.partition.paused': 1,
      'millrace.partition.finished_beyond': 1,
      'millrace.partition.map_characters': expect.toSatisfy((length: number) => length > 10) as number,
      'millrace.partition.oldest_held_seconds': 0.5,
      'millrace.partition.oldest_age_seconds': 10.5,
      'millrace.partition.kept_for_seconds': 89.5,
    });
    source.revoke(0);
    const gone = await figures();
    expect(gone).toMatchObject({ 'millrace.consumer.lag': 0, 'millrace.partition.kept_for_seconds': Number.NaN });
    expect(new Set(Object.values(gone))).toEqual(new Set([0, Number.NaN]));
  });

  it('show retries that wait', async () => {
    const { api, source } = await runningConsumer();
    source.append(0, orderRecord('ann', 1), orderRecord('bob', 1));
    await settle();
    api.call('bob-1').fail(new ServiceError('API_TIMEOUT', 'no answer'));
    await settle();
    expect(await figures()).toMatchObject({
      'millrace.partition.running': 1,
      'millrace.partition.retrying': 1,
      'millrace.partition.paused': 0,
    });
  });

  it('show the lag of each partition, idle ones too, from the committed offset to the end', async () => {
    const { api, source } = await runningConsumer();
    source.grant(1);
    source.append(0, orderRecord('ann', 1), orderRecord('bob', 1), orderRecord('cat', 1));
    await settle();
    const lagOf = (partition: string, lag: number) => [
      { ...topic, 'messaging.destination.partition.id': partition },
      lag,
    ];
    expect(await points('millrace.consumer.lag')).toEqual([lagOf('0', 3), lagOf('1', 0)]);
    api.call('ann-1').done();
    api.call('cat-1').done();
    await pass(250);
    expect(await points('millrace.consumer.lag')).toEqual([lagOf('0', 2), lagOf('1', 0)]);
    api.call('bob-1').done();
    await pass(250);
    expect(await points('millrace.consumer.lag')).toEqual([lagOf('0', 0), lagOf('1', 0)]);
  });

  it('count nothing for a call that was cut off', async () => {
    const { api, source } = await runningConsumer();
    source.append(0, orderRecord('ann', 1), orderRecord('bob', 1));
    await settle();
    source.revoke(0);
    api.call('ann-1').fail(new Error('aborted'));
    api.call('bob-1').done();
    await settle();
    expect(await points('millrace.consumer.outcomes')).toEqual([]);
    expect(await points('millrace.consumer.retries')).toEqual([]);
  });

  it('are observed no more once it has stopped', async () => {
    const { consumer } = await runningConsumer();
    await consumer.stop();
    expect(await points('millrace.consumer.held')).toEqual([]);
  });
});
