import { CompressionTypes, type Message } from 'kafkajs';
import { expect, it, onTestFinished, vi } from 'vitest';
import { makeTopic, range, testKafka, uniqueName } from '../testing/test-kafka.ts';
import { startReading } from '../testing/reading-source.ts';

it.each([
  ['gzip', CompressionTypes.GZIP],
  ['zstd', CompressionTypes.ZSTD],
])('reads what was compressed with %s', async (_, compression) => {
  const kafka = testKafka();
  const topic = await makeTopic(kafka);
  const client = kafka.open({ retries: 5 });
  onTestFinished(() => client.close());
  const producer = client.kafka.producer();
  await producer.connect();
  const messages: Message[] = range(0, 500).map((number) => ({ key: `key-${number % 10}`, value: `${number}` }));
  await producer.send({ topic, messages, compression });
  const { sink } = await startReading({ topic, group: uniqueName() });
  await vi.waitFor(() => expect(sink.numbers).toEqual(range(0, 500)), { timeout: 30_000 });
});
