import { createLogger } from '@millrace/telemetry';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { KafkaConnection } from '../connection/kafka-connection.ts';
import { TopicRetention } from './topic-retention.ts';

type Answer = Readonly<Record<string, string>> | Error;

/** A Kafka with these topics; `connect` is what becomes of a connection to it. */
class FakeKafka {
  answers: Readonly<Record<string, Answer>> = {};
  connect: () => Promise<void> = () => Promise.resolve();
  asked = 0;
  readonly lines: Record<string, unknown>[] = [];
  readonly log = createLogger({
    service: 'test',
    level: 'debug',
    destination: { write: (line) => void this.lines.push(JSON.parse(line) as Record<string, unknown>) },
  });

  get connection(): KafkaConnection {
    const admin = {
      connect: () => this.connect(),
      describeConfigs: async ({ resources: [{ name }] }: { resources: [{ name: string }] }) => {
        this.asked++;
        const answer = this.answers[name];
        if (!answer || answer instanceof Error) throw answer ?? new Error('no such topic');
        const configEntries = Object.entries(answer).map(([configName, configValue]) => ({ configName, configValue }));
        return { resources: [{ configEntries }] };
      },
    };
    const open = () => ({ kafka: { admin: () => admin }, retry: {}, close: () => undefined });
    return { brokers: [], log: this.log, open } as unknown as KafkaConnection;
  }

  get messages(): readonly unknown[] {
    return this.lines.map(({ level, of, reason }) => [level, of, reason]);
  }
}

const day = { 'cleanup.policy': 'delete', 'retention.ms': '86400000', 'retention.bytes': '-1' };
const kafka = () => new FakeKafka();
const over = (fake: FakeKafka, topics = ['orders', 'users']) =>
  new TopicRetention({ connection: fake.connection, topics, log: fake.log });

describe('what is known of retention', () => {
  it('leaves out a topic that may not be described, with one debug line, and knows the others', async () => {
    const fake = kafka();
    fake.answers = { orders: new Error('Not authorized to access topics'), users: day };
    const retention = over(fake);
    await retention.read();
    await retention.read();
    expect([retention.of('orders'), retention.of('users')]).toEqual([undefined, 86_400_000]);
    expect(fake.messages).toEqual([['debug', 'orders', 'Not authorized to access topics']]);
  });

  it('stays while Kafka is away, which is said once', async () => {
    const fake = kafka();
    fake.answers = { orders: day, users: day };
    const retention = over(fake);
    expect(await retention.read()).toBe(true);
    fake.connect = () => Promise.reject(new Error('connect ECONNREFUSED'));
    expect([await retention.read(), await retention.read()]).toEqual([false, false]);
    expect(retention.of('orders')).toBe(86_400_000);
    expect(fake.messages).toEqual([['debug', 'Kafka', 'connect ECONNREFUSED']]);
  });

  it('goes when the topic keeps its records for good from now on', async () => {
    const fake = kafka();
    fake.answers = { orders: day };
    const retention = over(fake, ['orders']);
    await retention.read();
    fake.answers = { orders: { ...day, 'retention.ms': '-1' } };
    await retention.read();
    expect(retention.of('orders')).toBeUndefined();
  });
});

describe('following it', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    return () => vi.useRealTimers();
  });

  it('asks every five minutes, sooner while Kafka is away, and ends with the signal', async () => {
    const fake = kafka();
    fake.answers = { orders: day };
    fake.connect = () => Promise.reject(new Error('away'));
    const stop = new AbortController();
    const following = over(fake, ['orders']).follow(stop.signal);
    await vi.advanceTimersByTimeAsync(0);
    fake.connect = () => Promise.resolve();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(fake.asked).toBe(1);
    await vi.advanceTimersByTimeAsync(299_999);
    expect(fake.asked).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(fake.asked).toBe(2);
    stop.abort();
    await following;
    expect(vi.getTimerCount()).toBe(0);
  });
});
