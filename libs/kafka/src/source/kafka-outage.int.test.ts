import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Broker, freePort, obtainBroker } from '@millrace/launcher';
import { ServiceError } from '@millrace/messaging';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ensureTopics } from '../topics/ensure-topics.ts';
import type { KafkaConnection } from '../connection/kafka-connection.ts';
import { createRecordProducer } from '../producer/record-producer.ts';
import { createRecordSource } from './record-source.ts';
import { RememberingSink } from '../testing/remembering-sink.ts';
import { committedOffsets, keptLog, makeTopic, numbered, range, testKafka, uniqueName } from '../testing/test-kafka.ts';

/** These tests stop and start a broker, so they have their own. */
let broker: Broker;
let folder: string;
let kafka: KafkaConnection;
const stops: (() => Promise<void>)[] = [];
const patience = { timeout: 40_000, interval: 50 };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'millrace-outage-'));
  const env = { ...process.env, KAFKA_BROKERS: undefined };
  broker = await obtainBroker({ dataDir: join(folder, 'kafka'), port: await freePort(), data: 'temporary', env });
  kafka = testKafka({ brokers: broker.brokers });
}, 300_000);

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

afterAll(async () => {
  await broker.close();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

/**
 * Writes the numbers from 0, five records per call, repeating a call that failed until it succeeds, as the outbox relay
 * does: the same record objects. Resolves to how many were written.
 */
function writeThrough(topic: string, sendTimeoutMs: number) {
  const stopping = new AbortController();
  const failures: ServiceError[] = [];
  const progress = { written: 0 };
  const write = async () => {
    const producer = createRecordProducer(kafka, { sendTimeoutMs });
    await producer.start();
    while (!stopping.signal.aborted) {
      const records = numbered(topic, progress.written, progress.written + 5, 3);
      while (!(await producer.send(records).then(() => true, keep))) await new Promise(setImmediate);
      progress.written += 5;
    }
    await producer.stop();
    return progress.written;
  };
  const keep = (error: unknown) => {
    failures.push(ServiceError.from(error));
    return false;
  };
  const writing = write();
  const stop = () => {
    stopping.abort();
    return writing;
  };
  const more = () => {
    const { written } = progress;
    return vi.waitFor(() => expect(progress.written).toBeGreaterThan(written + 50), patience);
  };
  return { failures, stop, more };
}

async function readAll(topic: string, count: number): Promise<readonly number[]> {
  const sink = new RememberingSink();
  const source = createRecordSource(kafka, { group: uniqueName(), topics: [topic] });
  stops.push(() => source.stop());
  await source.start(sink);
  await vi.waitFor(() => expect(new Set(sink.numbers).size).toBe(count), patience);
  return sink.numbers;
}

describe('a producer, while its broker', () => {
  it.each([
    ['stops and starts again', 3, () => broker.stop(), () => broker.start()],
    ['is killed and starts again', 3, () => broker.kill('SIGKILL'), () => broker.start()],
    // longer than kafkajs waits for an answer, so that it has asked twice
    ['freezes for a while', 20, () => broker.kill('SIGSTOP'), () => broker.kill('SIGCONT')],
  ])(
    '%s, loses nothing, writes nothing twice and keeps the order',
    async (_, failures, away, back) => {
      const topic = await makeTopic(kafka);
      const load = writeThrough(topic, 700);
      await load.more();
      await away();
      await vi.waitFor(() => expect(load.failures.length).toBeGreaterThanOrEqual(failures), patience);
      await back();
      await load.more();
      const written = await load.stop();
      expect(await readAll(topic, written)).toEqual(range(0, written));
      expect(new Set(load.failures.map(({ code }) => code))).toEqual(new Set(['BROKER_UNAVAILABLE']));
    },
    120_000,
  );
});

describe('a source, while its broker', () => {
  it('is not there yet, waits for it and says so', async () => {
    const topic = await makeTopic(kafka);
    const { log, messages } = keptLog();
    await broker.stop();
    const source = createRecordSource(testKafka({ brokers: broker.brokers, log }), {
      group: uniqueName(),
      topics: [topic],
    });
    stops.push(() => source.stop());
    const sink = new RememberingSink();
    await source.start(sink);
    expect(source.notReady()).toBe('Kafka has not answered yet');
    await vi.waitFor(() => expect(messages).toContain('Kafka broker cannot be reached; trying on'), patience);
    await broker.start();
    await vi.waitFor(() => expect(sink.leases.size).toBe(1), patience);
    await vi.waitFor(() => expect(source.notReady()).toBeUndefined(), patience);
    expect(messages.filter((message) => message.startsWith('Kafka broker'))).toEqual([
      'Kafka broker cannot be reached; trying on',
      'Kafka broker can be reached again',
    ]);
  }, 120_000);

  it('is away for longer than the session, goes on where it was', async () => {
    const topic = await makeTopic(kafka);
    const group = uniqueName();
    const producer = createRecordProducer(kafka);
    stops.push(() => producer.stop());
    await producer.start();
    await producer.send(numbered(topic, 0, 20));
    const source = createRecordSource(kafka, { group, topics: [topic] });
    stops.push(() => source.stop());
    const sink = new RememberingSink();
    await source.start(sink);
    await vi.waitFor(() => expect(sink.numbers).toHaveLength(20), patience);
    await vi.waitFor(async () => expect(await committedOffsets(kafka, group, topic)).toEqual([20]), patience);
    await broker.stop();
    const awaySince = performance.now();
    const longer = { ...patience, timeout: 90_000 };
    await vi.waitFor(() => expect(performance.now() - awaySince).toBeGreaterThan(35_000), longer);
    // kafkajs rides out an outage, or gives up on it: then a new member waits for a first answer.
    expect(source.notReady()).toMatch(/^Kafka has not answered (yet|for [3-9]\d s)$/);
    await broker.start();
    await vi.waitFor(() => producer.send(numbered(topic, 20, 40)), patience);
    await vi.waitFor(() => expect(new Set(sink.numbers)).toEqual(new Set(range(0, 40))), patience);
    await vi.waitFor(async () => expect((await committedOffsets(kafka, group, topic))[0]).toBe(40), patience);
    expect(source.notReady()).toBeUndefined();
  }, 240_000);

  it('is away, can be stopped before its service is killed', async () => {
    const topic = uniqueName();
    await ensureTopics(kafka, [{ name: topic, partitions: 1, groups: [] }]);
    const source = createRecordSource(kafka, { group: uniqueName(), topics: [topic] });
    const sink = new RememberingSink();
    await source.start(sink);
    await vi.waitFor(() => expect(sink.leases.size).toBe(1), patience);
    await broker.stop();
    const startedAt = performance.now();
    await source.stop();
    expect(performance.now() - startedAt).toBeLessThan(9_000);
    expect(sink.ended).toHaveLength(1);
    await broker.start();
  }, 120_000);
});
