import type { ServiceError } from '@millrace/messaging';
import { expect, it, onTestFinished, vi } from 'vitest';
import { range } from '../testing/test-kafka.ts';
import { startHavingRead, write } from '../testing/reading-source.ts';
import type { KafkaSourceOptions } from './record-source.ts';
import { KafkaProxy } from '../testing/kafka-proxy.ts';

const patience = { timeout: 90_000, interval: 50 };
/** Longer than the session: a client that takes the place of a silent one waits for the end of that one's. */
const quick = { sessionTimeoutMs: 6_000, heartbeatIntervalMs: 300, silentAfterMs: 2_000, replacedAfterMs: 12_000 };
const testTimeoutMs = 150_000;

/** A source that has read what there is, with a proxy between it and Kafka. */
async function reading(settings: KafkaSourceOptions) {
  const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',');
  const proxy = await KafkaProxy.start(brokers);
  onTestFinished(() => proxy.close());
  return { proxy, ...(await startHavingRead(settings, proxy.route)) };
}

it(
  'a client whose fetches are not answered, while others are, says so and gives way to another, which goes on',
  async () => {
    const { topic, source, sink, proxy, messages } = await reading(quick);
    const lost = proxy.meddle('Fetch', 'lose');
    await vi.waitFor(() => expect(source.notReady()).toMatch(/^Kafka has not answered for \d+ s$/), patience);
    const replaced = /^nothing has come of the client for \d+ s, although Kafka answers: a new client takes its place$/;
    await vi.waitFor(() => expect(messages.filter((each) => replaced.test(each))).toHaveLength(1), patience);
    lost.end();
    await write(topic, 20, 40);
    await vi.waitFor(() => expect(new Set(sink.numbers)).toEqual(new Set(range(0, 40))), patience);
    await vi.waitFor(() => expect(source.notReady()).toBeUndefined(), patience);
  },
  testTimeoutMs,
);

it(
  'gives up when that goes on, once',
  async () => {
    const reasons: ServiceError[] = [];
    const { proxy } = await reading({ ...quick, givenUpAfterMs: 14_000, gaveUp: (reason) => reasons.push(reason) });
    proxy.meddle('Fetch', 'lose');
    await vi.waitFor(() => expect(reasons).toHaveLength(1), patience);
    expect(reasons[0]).toMatchObject({ code: 'BROKER_UNAVAILABLE' });
    expect(reasons[0]?.message).toMatch(/^group .*: Kafka answers others, but has not answered it for \d+ s$/);
  },
  testTimeoutMs,
);

it(
  'does not give up while Kafka answers nobody',
  async () => {
    const gaveUp = vi.fn<(reason: ServiceError) => void>();
    const { topic, sink, proxy, messages } = await reading({ ...quick, givenUpAfterMs: 12_000, gaveUp });
    const darkSince = performance.now();
    proxy.darken();
    await vi.waitFor(() => expect(performance.now() - darkSince).toBeGreaterThan(20_000), patience);
    proxy.enlighten();
    await write(topic, 20, 40);
    await vi.waitFor(() => expect(new Set(sink.numbers)).toEqual(new Set(range(0, 40))), patience);
    expect(gaveUp).not.toHaveBeenCalled();
    expect(messages.filter((each) => each.includes('a new client takes its place'))).toEqual([]);
  },
  testTimeoutMs,
);
