import { type Clock, createConsumer, createSystemClock, type KafkaRecord, on } from '@millrace/messaging';
import { DeliveryEngine, fakeTarget, InMemoryProducer } from '@millrace/messaging/testing';
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

export interface EngineRun extends Pick<Run, 'source' | 'ended'> {
  readonly concurrency: number;
  readonly clock: Clock;
  /** Answers a call. */
  readonly call: (record: SampleRecord) => Promise<'completed'>;
}

/** An engine with the limits of a consumer of this concurrency; resolves to what stops it. */
export async function startEngine({ source, ended, concurrency, clock, call }: EngineRun) {
  const records = Math.max(4 * concurrency, 1_000);
  const bytes = 32 * 1024 * 1024;
  const held = { records, bytes, recordsPerPartition: records, bytesPerPartition: bytes };
  const deliveryOf = (record: KafkaRecord) => ({
    needsTarget: true,
    turn: () => call(record as SampleRecord),
    giveUp: () => undefined,
  });
  const options = { startAt: 'earliest', order: 'key', concurrency, held, overflow: 'pause' } as const;
  const engine = new DeliveryEngine(
    { ...options, callTimeoutMs: 30_000, drainTimeoutMs: 4_000 },
    { deliveryOf, gate: fakeTarget(), random: Math.random, ended, clock, log },
  );
  await source.start(engine);
  return async () => {
    await engine.stop();
    await source.stop();
  };
}

/** Between the source and its delivery port: order, concurrency, back-pressure, deadlines, offsets, commits. */
export const engineAlone: Subject = {
  name: 'engine alone',
  start: ({ source, api, ended }) => {
    const call = (record: SampleRecord) => api.call(callOf(record), 'completed' as const);
    return startEngine({ source, ended, concurrency, clock: createSystemClock(), call });
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
