import { createConsumer, createSystemClock, on } from '@millrace/messaging';
import { DeliveryEngine, InMemoryProducer } from '@millrace/messaging/testing';
import { createLogger } from '@millrace/telemetry';
import type { InstantApi } from './instant-api.ts';
import { sampleTaken } from './sample-event.ts';
import type { SampleSource } from './sample-source.ts';
import type { SampleRecord } from './sample-topic.ts';

/** Calls under way at the same time, at most. */
export const concurrency = 1_000;

/** What a subject is run on. */
export interface Run {
  readonly source: SampleSource;
  readonly api: InstantApi;
  /** Told of every outcome. */
  readonly ended: () => void;
}

/** Something that turns records into calls; `start` resolves to what stops it. */
export interface Subject {
  readonly name: string;
  start(run: Run): Promise<() => Promise<void>>;
}

const log = createLogger({ service: 'benchmark', level: 'silent' });
const callOf = ({ user, partition, offset }: SampleRecord) => ({ key: user, partition, offset });

/** Between the source and its delivery port: order, concurrency, back-pressure, deadlines, offsets, commits. */
export const engineAlone: Subject = {
  name: 'engine alone',
  start: async ({ source, api, ended }) => {
    const records = Math.max(4 * concurrency, 1_000);
    const bytes = 32 * 1024 * 1024;
    const engine = new DeliveryEngine(
      {
        startAt: 'earliest',
        order: 'key',
        concurrency,
        held: { records, bytes, recordsPerPartition: records, bytesPerPartition: bytes },
        overflow: 'pause',
        callTimeoutMs: 30_000,
        drainTimeoutMs: 4_000,
      },
      {
        deliveryOf: (record) => ({
          needsTarget: true,
          turn: () => api.call(callOf(record as SampleRecord), 'completed' as const),
          giveUp: () => undefined,
        }),
        closedForMs: () => undefined,
        ended,
        clock: createSystemClock(),
        log,
      },
    );
    await source.start(engine);
    return async () => {
      await engine.stop();
      await source.stop();
    };
  },
};

/** From the source to the handler: with reading the event, checking its data, and a span per call. */
export const wholeConsumer: Subject = {
  name: 'consumer',
  start: async ({ source, api, ended }) => {
    const call = on(
      sampleTaken,
      async ({ data: { user } }, { order: { sequence } }) => {
        await api.call({ key: user, partition: user % source.partitions, offset: sequence }, undefined);
      },
      { name: 'benchmark' },
    );
    const consumer = createConsumer(
      { group: 'benchmark', startAt: 'earliest', targets: [], subscriptions: [call], concurrency },
      { source: () => source, producer: new InMemoryProducer(), log, ended },
    );
    await consumer.start();
    return () => consumer.stop();
  },
};
