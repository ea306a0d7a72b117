import { type OutgoingRecord, ServiceError } from '@millrace/messaging';
import type { Kafka, ProducerBatch, RecordMetadata } from 'kafkajs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { KafkaConnection } from '../connection/kafka-connection.ts';
import { createRecordProducer } from './record-producer.ts';
import { numbered, testKafka } from '../testing/test-kafka.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

type Attempt = (batch: ProducerBatch) => Promise<RecordMetadata[]>;

/** A kafkajs whose producers put each message into partition 0 or 1 by its number, and are told how each attempt ends. */
function fakeKafka(...attempts: Attempt[]) {
  const written: number[][] = [];
  const events: string[] = [];
  let producers = 0;
  const producer = () => {
    const name = ++producers;
    return {
      connect: async () => void events.push(`connect ${name}`),
      disconnect: async () => void events.push(`disconnect ${name}`),
      sendBatch: async (batch: ProducerBatch) => {
        const messages = batch.topicMessages?.flatMap((topic) => topic.messages) ?? [];
        for (const message of messages) message.partition ??= Number(message.value) % 2;
        written.push(messages.map(({ value }) => Number(value)));
        events.push(`send ${name}`);
        return (attempts.shift() ?? accept)(batch);
      },
    };
  };
  const client = {
    kafka: { producer } as unknown as Kafka,
    retry: undefined as never,
    closed: () => false,
    close: () => {},
  };
  const connection: KafkaConnection = { ...testKafka({ brokers: 'none' }), open: () => client };
  return { connection, written, events };
}

const accept: Attempt = async ({ topicMessages = [] }) =>
  topicMessages.flatMap(({ topic, messages }) =>
    [...new Set(messages.map(({ partition }) => partition ?? 0))].map((partition) => ({
      topicName: topic,
      partition,
      errorCode: 0,
    })),
  );

const passing: Attempt = () => Promise.reject(Object.assign(new Error('connection lost'), { retriable: true }));
const fenced: Attempt = () =>
  Promise.reject(Object.assign(new Error('out of order'), { type: 'OUT_OF_ORDER_SEQUENCE_NUMBER', retriable: false }));

/** An attempt that ends when it is told to. */
function open(): { readonly attempt: Attempt; end(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { attempt: (batch) => promise.then(() => accept(batch)), end: resolve };
}

async function started(...attempts: Attempt[]) {
  const fake = fakeKafka(...attempts);
  const producer = createRecordProducer(fake.connection, { sendTimeoutMs: 1_000 });
  await producer.start();
  const send = (records: readonly OutgoingRecord[]) =>
    producer.send(records).then(
      () => 'written',
      (error: unknown) => ServiceError.from(error).code,
    );
  return { ...fake, producer, send };
}

const settle = () => vi.advanceTimersByTimeAsync(300);

describe('a record producer', () => {
  it('repeats a failed attempt with the same records before it writes anything else', async () => {
    const { send, written } = await started(passing, passing);
    const outcomes = [send(numbered('t', 0, 2)), send(numbered('t', 2, 3))];
    await vi.advanceTimersByTimeAsync(100);
    outcomes.push(send(numbered('t', 3, 4)));
    await vi.advanceTimersByTimeAsync(800);
    expect(await Promise.all(outcomes)).toEqual(['written', 'written', 'written']);
    expect(written).toEqual([[0, 1, 2], [0, 1, 2], [0, 1, 2], [3]]);
  });

  it('writes again what kafkajs says is written although a partition has not answered', async () => {
    const onlyPartition0: Attempt = async (batch) => (await accept(batch)).filter(({ partition }) => partition === 0);
    const { send, written } = await started(onlyPartition0);
    const sent = send(numbered('t', 0, 4));
    await settle();
    expect(await sent).toBe('written');
    expect(written).toEqual([
      [0, 1, 2, 3],
      [1, 3],
    ]);
  });

  it('does not use a producer again whose numbers are in doubt, and disconnects it before the next one writes', async () => {
    const { send, events } = await started(fenced);
    expect(await send(numbered('t', 0, 1))).toBe('BROKER_UNAVAILABLE');
    expect(await send(numbered('t', 0, 1))).toBe('written');
    expect(events).toEqual(['connect 1', 'send 1', 'disconnect 1', 'connect 2', 'send 2']);
  });

  it('writes nothing beside an attempt that may still arrive', async () => {
    const slow = open();
    const { send, written } = await started(slow.attempt);
    const first = send(numbered('t', 0, 1));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await first).toBe('BROKER_UNAVAILABLE');
    const second = send(numbered('t', 1, 2));
    await settle();
    expect(written).toEqual([[0]]);
    slow.end();
    expect(await second).toBe('written');
    expect(written).toEqual([[0], [1]]);
  });

  it('lets a repetition with the same record objects take over the attempt, before and after that has ended', async () => {
    const slow = open();
    const { send, written } = await started(slow.attempt);
    const records = numbered('t', 0, 3);
    const first = send(records);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await first).toBe('BROKER_UNAVAILABLE');
    const second = send([...records]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await second).toBe('BROKER_UNAVAILABLE');
    slow.end();
    await settle();
    expect(await send([...records])).toBe('written');
    expect(written).toEqual([[0, 1, 2]]);
    expect(await send(records)).toBe('written');
    expect(written).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]);
  });

  it('forgets a call whose time was over before it was written', async () => {
    const slow = open();
    const { send, written } = await started(slow.attempt);
    const first = send(numbered('t', 0, 1));
    await settle();
    const second = send(numbered('t', 1, 2));
    await vi.advanceTimersByTimeAsync(1_000);
    expect([await first, await second]).toEqual(['BROKER_UNAVAILABLE', 'BROKER_UNAVAILABLE']);
    slow.end();
    await settle();
    expect(written).toEqual([[0]]);
  });

  it('tells those that wait when it is stopped', async () => {
    const { send, producer } = await started(passing, passing, passing);
    const waiting = send(numbered('t', 0, 1));
    await settle();
    await producer.stop();
    expect(await waiting).toBe('BROKER_UNAVAILABLE');
    expect(await send(numbered('t', 0, 1))).toBe('BROKER_UNAVAILABLE');
  });

  it('stops in bounded time, though it is connecting and that never ends', async () => {
    const { connection } = fakeKafka();
    const kafka = { producer: () => ({ connect: () => new Promise(() => undefined) }) } as unknown as Kafka;
    const producer = createRecordProducer({
      ...connection,
      open: (options) => ({ ...connection.open(options), kafka }),
    });
    await producer.start();
    const waiting = producer.send(numbered('t', 0, 1)).catch((error: unknown) => ServiceError.from(error).code);
    const stopped = producer.stop();
    await vi.advanceTimersByTimeAsync(5_000);
    await stopped;
    expect(await waiting).toBe('BROKER_UNAVAILABLE');
  });
});
